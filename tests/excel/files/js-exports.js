// Writes invented product exports with ExcelJS and SheetJS, as shops of JavaScript write them: node js-exports.js FOLDER
const path = require("path");
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");

const HEADERS = ["상품번호", "상품명", "상품상태", "판매상태", "노출여부", "판매가", "정상가", "판매시작일", "판매종료일",
  "업체상품코드", "재고수량", "과세여부", "등록일"];
const NAMES = ['면 반팔 티셔츠 & "여름"', " 앞뒤 공백 ", "줄\n바꿈", "이모지 😀 양말", "=1+1 모자", "<청바지>"];
const STATES = ["판매중", "판매중지", "판매종료", "판매대기"];
const FORMATS = { 5: '#,##0"원"', 6: '#,##0"원"', 7: "yyyy-mm-dd hh:mm", 8: 'yyyy"년" m"월" d"일"', 9: "@" };

const product = (at) => [300000001 + at, NAMES[at % 6], STATES[at % 4], at % 3 ? "판매중" : "품절", at % 2 ? "비노출" : "노출",
  12900 + 10 * at, at % 3 ? 15900 + 10 * at : null, 45306 + at + 10.5 / 24, 47133 + at,
  String(at + 1).padStart(6, "0"), at, at % 2 === 0, "2023-05-01 10:00:00"];
const products = Array.from({ length: 12 }, (_, at) => product(at));

async function exceljs(file, options) {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useStyles: true, ...options });
  const guide = book.addWorksheet("안내");
  guide.addRow(["시험용 파일입니다"]).commit();
  guide.commit();
  const sheet = book.addWorksheet("상품목록");
  sheet.addRow(["상품 목록"]).commit();
  sheet.addRow([]).commit();
  sheet.addRow(HEADERS).commit();
  for (const values of products) {
    const row = sheet.addRow(values);
    for (const [at, format] of Object.entries(FORMATS)) row.getCell(Number(at) + 1).numFmt = format;
    row.commit();
  }
  const total = sheet.addRow(["합계"]);
  total.getCell(6).value = { formula: "SUM(F4:F15)" };
  total.commit();
  sheet.commit();
  await book.commit();
}

function sheetjs(file, options) {
  const sheet = XLSX.utils.aoa_to_sheet([["상품 목록"], [], HEADERS, ...products, ["합계"]]);
  products.forEach((_, at) => {
    for (const [column, format] of Object.entries(FORMATS)) {
      const cell = sheet[XLSX.utils.encode_cell({ r: at + 3, c: Number(column) })];
      if (cell) cell.z = format;
    }
  });
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["시험용 파일입니다"]]), "안내");
  XLSX.utils.book_append_sheet(book, sheet, "상품목록");
  XLSX.writeFile(book, file, options);
}

const folder = process.argv[2];
exceljs(path.join(folder, "exceljs-inline.xlsx"), { useSharedStrings: false });
exceljs(path.join(folder, "exceljs-shared.xlsx"), { useSharedStrings: true });
sheetjs(path.join(folder, "sheetjs-inline.xlsx"), { bookSST: false, compression: true });
sheetjs(path.join(folder, "sheetjs-shared.xlsx"), { bookSST: true, compression: true });
sheetjs(path.join(folder, "sheetjs.xls"), { bookType: "biff8" });
sheetjs(path.join(folder, "sheetjs.xml"), { bookType: "xlml" });
