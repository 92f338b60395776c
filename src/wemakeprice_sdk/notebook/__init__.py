"""What people look at: HTML, plots and progress bars; only formatting, imported on use."""
