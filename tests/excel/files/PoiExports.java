import java.io.FileOutputStream;
import java.io.OutputStream;
import org.apache.poi.hssf.usermodel.HSSFWorkbook;
import org.apache.poi.ss.usermodel.Cell;
import org.apache.poi.ss.usermodel.CellStyle;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.ss.usermodel.Sheet;
import org.apache.poi.ss.usermodel.Workbook;
import org.apache.poi.ss.util.CellRangeAddress;
import org.apache.poi.xssf.streaming.SXSSFWorkbook;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;

/** Writes invented product exports with Apache POI, as the exports of shops are written. */
public class PoiExports {
    private static final String[] HEADERS = {"상품번호", "상품명", "상품상태", "판매상태", "노출여부", "판매가", "정상가",
        "판매시작일", "판매종료일", "업체상품코드", "재고수량", "과세여부", "등록일"};
    private static final String[] NAMES = {"면 반팔 티셔츠 & \"여름\"", " 앞뒤 공백 ", "줄\n바꿈", "이모지 😀 양말", "=1+1 모자", "<청바지>"};
    private static final String[] STATES = {"판매중", "판매중지", "판매종료", "판매대기"};

    public static void main(String[] arguments) throws Exception {
        save(products(new SXSSFWorkbook(5), 0), arguments[0] + "/poi-sxssf-inline.xlsx");
        save(products(new SXSSFWorkbook(null, 5, true, true), 0), arguments[0] + "/poi-sxssf-shared.xlsx");
        XSSFWorkbook old = new XSSFWorkbook();
        old.getCTWorkbook().getWorkbookPr().setDate1904(true);
        save(products(old, 1462), arguments[0] + "/poi-xssf-1904.xlsx");
        save(products(new HSSFWorkbook(), 0), arguments[0] + "/poi-hssf.xls");
    }

    private static Workbook products(Workbook book, int epoch) {
        CellStyle moment = style(book, "yyyy-mm-dd hh:mm");
        CellStyle day = style(book, "yyyy\"년\" m\"월\" d\"일\"");
        CellStyle won = style(book, "#,##0\"원\"");
        CellStyle text = style(book, "@");
        book.createSheet("안내").createRow(0).createCell(0).setCellValue("시험용 파일입니다");
        Sheet sheet = book.createSheet("상품목록");
        Row title = sheet.createRow(0);
        title.createCell(0).setCellValue("상품 목록");
        sheet.addMergedRegion(new CellRangeAddress(0, 0, 0, HEADERS.length - 1));
        Row header = sheet.createRow(2);
        header.setHeightInPoints(24);
        for (int at = 0; at < HEADERS.length; at++) {
            cell(header, at, text).setCellValue(HEADERS[at]);
        }
        sheet.createFreezePane(0, 3);
        for (int at = 0; at < 12; at++) {
            Row row = sheet.createRow(3 + at);
            row.createCell(0).setCellValue(300000001 + at);
            row.createCell(1).setCellValue(NAMES[at % 6]);
            row.createCell(2).setCellValue(STATES[at % 4]);
            row.createCell(3).setCellValue(at % 3 == 0 ? "품절" : "판매중");
            row.createCell(4).setCellValue(at % 2 == 0 ? "노출" : "비노출");
            cell(row, 5, won).setCellValue(12900 + 10 * at);
            Cell list = cell(row, 6, won);
            if (at % 3 != 0) {
                list.setCellValue(15900 + 10 * at);
            }
            cell(row, 7, moment).setCellValue(45306 + at + 10.5 / 24 - epoch);
            cell(row, 8, day).setCellValue(47133 + at - epoch);
            cell(row, 9, text).setCellValue(String.format("%06d", at + 1));
            row.createCell(10).setCellValue(at);
            row.createCell(11).setCellValue(at % 2 == 0);
            row.createCell(12).setCellValue("2023-05-01 10:00:00");
        }
        Row total = sheet.createRow(15);
        total.createCell(0).setCellValue("합계");
        total.createCell(5).setCellFormula("SUM(F4:F15)");
        return book;
    }

    private static CellStyle style(Workbook book, String format) {
        CellStyle style = book.createCellStyle();
        style.setDataFormat(book.createDataFormat().getFormat(format));
        return style;
    }

    private static Cell cell(Row row, int at, CellStyle style) {
        Cell cell = row.createCell(at);
        cell.setCellStyle(style);
        return cell;
    }

    private static void save(Workbook book, String path) throws Exception {
        try (OutputStream stream = new FileOutputStream(path)) {
            book.write(stream);
        }
        book.close();
    }
}
