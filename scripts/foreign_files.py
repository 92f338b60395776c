"""Write the files of tests/excel/files anew with the real software, and read them: foreign_files.py FOLDER.

Installs what it needs from Debian and npm (as root; two to three minutes, most of it compiling the schemas
that Debian's Apache POI lacks). A tool that is missing ends it with an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "tests" / "excel" / "files"
DEBIAN = ("libapache-poi-java", "libreoffice-calc-nogui", "default-jdk-headless")
NPM = ("exceljs@4.4.0", "xlsx@0.18.5")
JARS = Path("/usr/share/java")
COMPILER = ("xmlbeans", "Saxon-HE", "javaparser-core")
POI = ("poi", "poi-ooxml", "xmlbeans", "commons-collections4", "commons-compress", "commons-math3")
MORE = ("commons-codec", "curvesapi")
SECOND_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
EXPECTED = 14


def run(*command: str, folder: Path | None = None) -> None:
    """Run a tool; its failure ends the script."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def install(work: Path) -> None:
    """Install what Debian and npm have."""
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "-qq", "update")
    run("apt-get", "-qq", "-y", "install", "--no-install-recommends", *DEBIAN)
    run("npm", "install", "--silent", "--no-audit", "--no-fund", *NPM, folder=work)


def schemas(work: Path) -> None:
    """Compile the schemas that Debian's package leaves out, from its source."""
    lists = work / "lists"
    (lists / "partial").mkdir(parents=True)
    sources = work / "sources.list"
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )["VERSION_CODENAME"].strip('"')
    sources.write_text(f"deb-src http://deb.debian.org/debian {release} main\n")
    apt = ("apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=/dev/null")
    apt += ("-o", f"Dir::State::lists={lists}")
    run(*apt, "update")
    run(*apt, "source", "--download-only", "libapache-poi-java", folder=work)
    (archive,) = work.glob("libapache-poi-java_*.orig.tar.xz")
    wanted = ("*/ooxml-xsds/*", "*/src/ooxml/resources/org/apache/poi/*")
    run("tar", "xf", str(archive), "--wildcards", *wanted, folder=work)
    for name in ("xsd", "gen", "beans"):
        (work / name).mkdir()
    resources = "*/src/ooxml/resources/org/apache/poi"
    for pattern in ("*/ooxml-xsds/*.xsd", f"{resources}/xdgf/visio.xsd", f"{resources}/schemas/*"):
        for path in work.glob(pattern):
            if path.is_file() and not path.name.startswith("opc"):
                shutil.copy(path, work / "xsd")
    compiler = ("org.apache.xmlbeans.impl.tool.SchemaCompiler", "-srconly", "-noupa", "-nopvr")
    inputs = sorted(str(path) for path in (work / "xsd").iterdir())
    run("java", "-cp", jars(COMPILER), *compiler, "-src", "gen", "-d", "system", *inputs, folder=work)
    java = sorted(str(path) for path in (work / "gen").rglob("*.java"))
    path = f"system:{jars(('xmlbeans',))}"
    flags = ("-nowarn", "-encoding", "UTF-8", "-proc:none", "-Xlint:none")
    listing = work / "sources.txt"
    listing.write_text("\n".join(java))
    run("javac", *flags, "-cp", path, "-d", "beans", f"@{listing}", folder=work)


def jars(names: tuple[str, ...]) -> str:
    """Return a class path."""
    return ":".join(str(JARS / f"{name}.jar") for name in names)


def write(folder: Path, work: Path) -> None:
    """Let every program write its files."""
    path = f"{work}:system:beans:{jars(POI + MORE)}"
    run(
        "javac",
        "-encoding",
        "UTF-8",
        "-cp",
        path,
        "-d",
        str(work),
        str(SOURCES / "PoiExports.java"),
        folder=work,
    )
    run("java", "-cp", path, "PoiExports", str(folder), folder=work)
    shutil.copy(SOURCES / "js-exports.js", work)
    run("node", "js-exports.js", str(folder), folder=work)
    source = folder / "poi-sxssf-shared.xlsx"
    profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"
    for target in ("xlsx", "xls", "html", SECOND_SHEET):
        made = work / "made"
        run("soffice", profile, "--headless", "--convert-to", target, "--outdir", str(made), str(source))
        (result,) = made.iterdir()
        result.rename(folder / f"libreoffice{result.suffix}")


def main() -> None:
    """Install, write, and run the proofs over what was written."""
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    work = folder / "work"
    work.mkdir(parents=True)
    install(work)
    schemas(work)
    write(folder, work)
    shutil.rmtree(work)
    written = sorted(path.name for path in folder.iterdir())
    if len(written) != EXPECTED:
        raise SystemExit(f"{len(written)} files instead of {EXPECTED}: {written}")
    os.environ["FOREIGN_FILES"] = str(folder)
    tests = str(SOURCES.parent / "test_files.py")
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests)
    sys.stdout.write(f"{EXPECTED} files written by other software and read: {', '.join(written)}\n")


if __name__ == "__main__":
    main()
