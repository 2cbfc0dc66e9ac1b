use proptest::prelude::*;

use super::*;
use crate::domain::amount::AmountError;
use crate::domain::line::MAX_DESCRIPTION;
use crate::domain::money::{Currency, MAX_MINOR};
use crate::domain::vat::VatError;

const USUAL: Usual = Usual { currency: Currency::Nok, vat: VatRate::STANDARD };

fn product(number: &str, description: &str, minor: i64, percent: &str) -> Product {
    let rate = VatRate::from_percent(percent.parse().unwrap()).unwrap();
    Product::new(number, description, Money::new(minor, Currency::Nok), rate).unwrap()
}

fn listed(text: &str) -> Vec<Product> {
    read(text.as_bytes(), USUAL).unwrap_or_else(|e| panic!("{text:?}: {e:?}")).products
}

/// Line, column and what is wrong, of each row.
fn wrong(text: &str) -> Vec<(usize, Option<Column>, What)> {
    match read(text.as_bytes(), USUAL) {
        Err(FileError::Rows(mistakes)) => {
            assert_eq!(mistakes.more, 0, "{text:?}");
            mistakes.first.into_iter().map(|m| (m.line, m.column, m.what)).collect()
        }
        other => panic!("{text:?}: {other:?}"),
    }
}

fn refused(bytes: &[u8]) -> FileError {
    read(bytes, USUAL).unwrap_err()
}

#[test]
fn as_spreadsheets_save_it() {
    let list =
        [product("V1", "Vaffel, med \"brunost\"", 124_950, "15"), product("", "Kaffe på kopp", 3000, "25")];
    for text in [
        "Varenr;Beskrivelse;Pris inkl. mva;Mva %\nV1;\"Vaffel, med \"\"brunost\"\"\";1 249,50;15\n;Kaffe på kopp;30;\n",
        "Varenr;Beskrivelse;Pris;Mva\r\nV1;\"Vaffel, med \"\"brunost\"\"\";kr 1\u{a0}249,50;15 %\r\n;Kaffe på kopp;30,00;25,0\r\n",
        "number,description,price,vat\nV1,\"Vaffel, med \"\"brunost\"\"\",\"1,249.50\",15%\n,Kaffe på kopp,30.00,25\n",
        "SKU\tName\tUnit price (NOK)\tVAT rate\r\nV1\tVaffel, med \"brunost\"\t1249.5\t15\r\n\tKaffe på kopp\t30\t\r\n",
        "sep=;\nPris;Vare;Varenummer;Moms\n1249,50;Vaffel, med \"brunost\";V1;15;;;\n;;;\n\n30;Kaffe på kopp\n;;\n",
        "PRICE INCL. VAT,Price ex. VAT,Name,Stock,id,VAT %\r1249.50,1086.52,\"Vaffel, med \"\"brunost\"\"\",5,V1,15\r30.00,24.00,Kaffe på kopp,2,,25\r",
    ] {
        assert_eq!(listed(text), list, "{text:?}");
        let with_mark = format!("{BOM}{text}");
        assert_eq!(read(with_mark.as_bytes(), USUAL).unwrap().products, list, "{text:?}");
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let utf16: Vec<u8> = with_mark.encode_utf16().flat_map(order).collect();
            assert_eq!(read(&utf16, USUAL).unwrap().products, list, "{text:?}");
        }
        if !text.contains('\u{a0}') {
            let windows: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
            assert_eq!(read(&windows, USUAL).unwrap().products, list, "{text:?}");
        }
    }
}

#[test]
fn what_the_file_does_not_say_is_as_usual_and_what_is_not_read_is_told() {
    let usual = Usual { vat: VatRate::from_hundredths(1500).unwrap(), ..USUAL };
    let text = "Navn;Pris;Mva;Lager;Kategori\u{1b}[2J\nVaffel;45;;3;Mat\nKaffe;30;25;;\n";
    let read = read(text.as_bytes(), usual).unwrap();
    assert_eq!(read.products, [product("", "Vaffel", 4500, "15"), product("", "Kaffe", 3000, "25")]);
    assert_eq!(read.usual_vat, 1);
    assert_eq!(read.unread, ["Lager", "Kategori[2J"]);
    // What is called euro by Windows-1252, and is no other currency by its name.
    assert_eq!(decode::text(b"\x80 \x93\xe6\x94 \xbd"), Some("€ “æ” ½".to_owned()));
}

#[test]
fn a_file_that_is_no_list() {
    for bytes in [
        &b"PK\x03\x04\x14\0\x06\0"[..],
        b"\xff\xfea",
        b"\xff\xfe\x00\xd8",
        b"\xef\xbb\xbfname;price\n\xff;1",
        b"name;price\na\0b;1\n",
        b"name;price\n\x81;1\n",
    ] {
        assert_eq!(refused(bytes), FileError::NotText, "{bytes:?}");
    }
    for text in ["", "\n\n", "name;price\n", "name;price\n;;\n\n", "sep=;", BOM] {
        assert_eq!(refused(text.as_bytes()), FileError::Nothing, "{text:?}");
    }
    assert_eq!(refused(b"price;vat\n1;25"), FileError::NoColumn(Column::Description));
    assert_eq!(refused(b"name;cost\na;1"), FileError::NoColumn(Column::Price));
    assert_eq!(refused(b"Vaffel;45\nKaffe;30"), FileError::NoColumn(Column::Description));
    assert_eq!(refused(&vec![b'x'; MAX_BYTES + 1]), FileError::TooLarge);
    let twice = |one: &str, other: &str| [one.to_owned(), other.to_owned()];
    assert_eq!(
        refused(b"navn;Pris;Salgspris\na;1;2"),
        FileError::TwoColumns(Column::Price, twice("Pris", "Salgspris"))
    );
    assert_eq!(
        refused(b"name;NAME;price"),
        FileError::TwoColumns(Column::Description, twice("name", "NAME"))
    );
    let many = format!("name;price\n{}", (0..=MAX_PRODUCTS).map(|n| format!("a{n};1\n")).collect::<String>());
    assert_eq!(refused(many.as_bytes()), FileError::TooMany);
}

#[test]
fn a_row_of_a_million_cells_is_bounded() {
    let wide = "a,".repeat(1 << 20);
    assert_eq!(refused(wide.as_bytes()), FileError::NoColumn(Column::Description));
    let text = format!("name,price\nKaffe,30,{wide}x\n");
    assert_eq!(wrong(&text), [(2, None, What::Cells(3 + (1 << 20), 2))]);
    let named = format!("name,price,{}\nKaffe,30\n", "x,".repeat(1000));
    assert_eq!(read(named.as_bytes(), USUAL).unwrap().unread.len(), 198);
}

/// Sold at the price without VAT, each sale would be a fifth too cheap.
#[test]
fn a_price_without_vat_is_not_taken() {
    for name in [
        "Pris eks. mva",
        "Pris (ekskl. mva)",
        "Price ex VAT",
        "price excl. tax",
        "Netto pris",
        "Pris uten mva",
        "Utsalgspris eks. 25 % mva",
    ] {
        let text = format!("navn;{name}\nVaffel;36");
        assert_eq!(refused(text.as_bytes()), FileError::WithoutVat(name.to_owned()));
        let both = format!("navn;{name};Pris inkl. 25 % mva\nVaffel;36;45");
        assert_eq!(listed(&both), [product("", "Vaffel", 4500, "25")]);
    }
    // `Pris` beside one that says that VAT is in it may be without.
    assert_eq!(listed("navn;pris;Pris m/mva\nVaffel;36;45"), [product("", "Vaffel", 4500, "25")]);
    assert_eq!(listed("navn;kostpris;innkjøpspris;pris\nVaffel;9;8;45"), [product("", "Vaffel", 4500, "25")]);
}

#[test]
fn every_row_is_looked_at_and_each_mistake_has_its_place() {
    let text = "nr;navn;pris;mva;valuta\n\nA;;10;25;\nB;b;0;25;\nC;c;-1;x;\n\"D\";\"d\nd\";1,000;25;NOK\nE;e;;101;EUR\nF;f;1\nf;F;2\n";
    let amount = |a| What::Amount(a);
    let grouped = AmountError::Ambiguous { grouped: "1000".into(), decimal: "1.00".into() };
    assert_eq!(
        wrong(text),
        [
            (3, Some(Column::Description), What::Line(LineError::NoDescription)),
            (4, Some(Column::Price), What::Line(LineError::ZeroPrice)),
            (5, Some(Column::Vat), amount(AmountError::NotANumber)),
            (6, Some(Column::Price), amount(grouped)),
            (8, Some(Column::Currency), amount(AmountError::OtherCurrency)),
            (8, Some(Column::Price), amount(AmountError::Empty)),
            (8, Some(Column::Vat), What::Vat(VatError::TooHigh)),
            (10, Some(Column::Number), What::Same(9)),
        ]
    );
    let long = format!("navn;pris;id\n{};1\nb;{};{}\n", "x".repeat(5000), MAX_MINOR, "9".repeat(65));
    assert_eq!(
        wrong(&long),
        [
            (2, Some(Column::Description), What::Line(LineError::LongDescription)),
            (3, Some(Column::Number), What::LongNumber),
            (3, Some(Column::Price), amount(AmountError::TooLarge)),
        ]
    );
    assert_eq!(wrong("navn;pris\nVaffel;1\nvaffel ;2"), [(3, Some(Column::Description), What::Same(2))]);
    assert_eq!(listed("navn;pris;id\nGenser;1;s\nGenser;1;m").len(), 2, "told apart by their numbers");
    let many = format!("navn;pris\n{}", "a;0\n".repeat(1000));
    let FileError::Rows(mistakes) = refused(many.as_bytes()) else { panic!() };
    assert_eq!((mistakes.first.len(), mistakes.more, mistakes.count()), (10, 990, 1000));
}

#[test]
fn a_quotation_mark_without_an_end_is_found_where_it_begins() {
    for (text, line) in [
        ("navn;pris\nVaffel;45\n\"Kaffe;30\nTe;20\n", 3),
        ("navn;pris\nVaffel;45\n\n\nKaffe;\"30", 5),
        ("navn;\"pris\na;1", 1),
        ("navn;pris\na;1\n\"", 3),
        ("navn;pris\na;1\n\"\u{1}", 3),
    ] {
        assert_eq!(refused(text.as_bytes()), FileError::OpenQuote(line), "{text:?}");
    }
    assert_eq!(listed("navn;pris\n\u{1}a;1\n").len(), 1);
}

/// A comma that parts cells and one that parts a price must not be taken for each other.
#[test]
fn what_could_be_two_halves_of_a_price_is_asked_back() {
    let cells = |found, named| vec![(2, None, What::Cells(found, named))];
    assert_eq!(wrong("name,price\nKaffe,30,00"), cells(3, 2));
    assert_eq!(wrong("name,price,vat\nKaffe,30,00,25"), cells(4, 3));
    for price in ["29,90", "30,00", "29,05"] {
        let text = format!("name,price,vat\nKaffe,{price}");
        assert_eq!(wrong(&text), [(2, Some(Column::Vat), What::PerhapsOre)], "{price}");
    }
    assert_eq!(
        listed("name,price,vat\nKaffe,29.90,11\nTe,30,15"),
        [product("", "Kaffe", 2990, "11"), product("", "Te", 3000, "15")]
    );
    assert_eq!(listed("name;price;vat\nKaffe;29;90")[0].vat.hundredths(), 9000);
}

#[test]
fn a_rate_that_could_be_something_else_is_asked_back() {
    assert_eq!(wrong("name;price;vat\nKaffe;30;0,25"), [(2, Some(Column::Vat), What::Fraction)]);
    assert_eq!(listed("name;price;vat\nKaffe;30;0,25 %")[0].vat.hundredths(), 25);
    // A price with VAT, one without, and what lies between them.
    let amounts = "navn;pris eks. mva;mva;pris inkl. mva\nKaffe;24;6;30";
    assert_eq!(wrong(amounts), [(2, Some(Column::Vat), What::PerhapsAmount)]);
    assert_eq!(listed("navn;pris eks. mva;mva;pris\nKaffe;24;25;30")[0].vat, VatRate::STANDARD);
    assert_eq!(listed("navn;pris eks. mva;mva-sats;pris\nFisk;27;11,11;30")[0].vat.hundredths(), 1111);
    assert_eq!(listed("navn;mva;pris\nFisk;11,11;30")[0].vat.hundredths(), 1111);
}

#[test]
fn what_acts_on_a_terminal_stays_outside() {
    let text = "navn;pris;id\n\u{1b}[2J\u{202e}Va\u{200b}ffel\u{7};45;\u{9b}1\n\"a\tb\nc\";1\n";
    let list = listed(text);
    assert_eq!(list, [product("1", "[2JVaffel", 4500, "25"), product("", "a b c", 100, "25")]);
    assert!(!list.iter().any(|p| p.description.chars().any(clean::is_unsafe)));
    assert_eq!(wrong("navn;pris\n\u{1b}\u{202e};45")[0].2, What::Line(LineError::NoDescription));
}

/// `=cmd|' /C calc'!A0` in a cell runs a program in some spreadsheets.
#[test]
fn no_text_is_a_formula() {
    let texts = [
        "=1+1",
        "+47 41234567",
        "-rabatt",
        "@SUM(A1)",
        "＝1",
        "'quoted",
        "''",
        "'=x",
        "a;=b,=c\"=d",
        "a,\"=b",
        ",\"\"'+c",
    ];
    let list: Vec<Product> = texts.into_iter().map(|text| product(text, text, 100, "25")).collect();
    for form in [Form::ENGLISH, Form::NORWEGIAN] {
        let file = write(&list, &form);
        assert_eq!(listed(&file), list);
        // However it is parted.
        for separator in [b';', b',', b'\t'] {
            let mut reader = csv::ReaderBuilder::new();
            let mut reader = reader.delimiter(separator).flexible(true).from_reader(file.as_bytes());
            for row in reader.records() {
                for cell in &row.unwrap() {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '＝']), "{cell:?}");
                }
            }
        }
    }
    assert!(write(&list, &Form::NORWEGIAN).contains("\"a;'=b,'=c\"\"=d\""));
}

#[test]
fn a_list_as_a_file() {
    let list = [product("V-1", "Vaffel", 124_950, "11.11"), product("", "Kaffe \"svart\"", 3000, "15")];
    assert_eq!(
        write(&list, &Form::NORWEGIAN),
        "\u{feff}\"Varenummer\";\"Beskrivelse\";\"Pris inkl. mva\";\"Mva %\";\"Valuta\"\r\n\
         \"V-1\";\"Vaffel\";\"1249,50\";\"11,11\";\"NOK\"\r\n\"\";\"Kaffe \"\"svart\"\"\";\"30,00\";\"15\";\"NOK\"\r\n"
    );
    assert!(write(&list, &Form::ENGLISH).contains("\"V-1\",\"Vaffel\",\"1249.50\",\"11.11\",\"NOK\"\r\n"));
}

#[test]
fn one_list_beside_another() {
    let before = [product("a", "A", 1, "25"), product("b", "B", 1, "25"), product("", "C", 1, "25")];
    let after = [product("A", "A", 1, "25"), product("", "c", 2, "25"), product("", "B", 1, "25")];
    let change = Change { new: 1, changed: 2, same: 0, gone: 1 };
    assert_eq!(Change::between(&before, &after), change);
    assert_eq!(Change::between(&before, &before), Change { same: 3, ..Change::default() });
    assert_eq!(Change::between(&[], &after), Change { new: 3, ..Change::default() });
}

prop_compose! {
    fn any_product()(
        number in "[-=A-Za-z0-9' ]{0,12}",
        description in "\\PC{1,30}|['=+@-]{1,3}\\PC{0,10}|[a-b'=\";,\t\n]{1,20}",
        minor in 1..=MAX_MINOR,
        vat in 0_u16..=10_000,
    ) -> Option<Product> {
        let rate = VatRate::from_hundredths(vat).unwrap();
        Product::new(&number, &description, Money::new(minor, Currency::Nok), rate).ok()
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(products in proptest::collection::vec(any_product(), 1..20), norwegian: bool) {
        let mut list: Vec<Product> = Vec::new();
        for product in products.into_iter().flatten() {
            if !list.iter().any(|p| p.key() == product.key()) {
                list.push(product);
            }
        }
        let form = if norwegian { Form::NORWEGIAN } else { Form::ENGLISH };
        let file = write(&list, &form);
        match read(file.as_bytes(), USUAL) {
            Ok(again) => prop_assert_eq!(again.products, list),
            Err(FileError::Nothing) => prop_assert!(list.is_empty()),
            Err(error) => prop_assert!(false, "{error:?}: {file}"),
        }
    }

    #[test]
    fn nothing_panics_and_what_is_read_can_be_sold(rows in "(name|navn|pris|price|mva|vat %|id|valuta|[;,\t\n\"]|[0-9 .,%]{1,6}|=|'|\u{1b}|\u{202e}|\\PC){0,60}") {
        for text in [rows.clone(), format!("navn;pris;mva\n{rows}")] {
            match read(text.as_bytes(), USUAL) {
                Ok(list) => {
                    for product in list.products {
                        prop_assert!(product.price.minor() > 0 && product.price.minor() <= MAX_MINOR);
                        prop_assert!(product.description.chars().count() <= MAX_DESCRIPTION);
                        prop_assert!(!product.description.chars().any(clean::is_unsafe));
                    }
                }
                Err(FileError::Rows(mistakes)) => {
                    let lines = text.lines().count();
                    prop_assert!(mistakes.first.iter().all(|m| (1..=lines).contains(&m.line)), "{mistakes:?}");
                }
                Err(_) => {}
            }
        }
    }
}
