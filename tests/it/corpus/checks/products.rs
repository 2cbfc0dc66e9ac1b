//! A file that is said to be a product list: what is taken from it can be sold and shown, and is the same list when it is
//! written and read again; what is wrong is told in clean lines that name a line of the file.

use paylink::domain::clean;
use paylink::domain::line::{MAX_DESCRIPTION, ProductLine, Quantity};
use paylink::domain::money::{Currency, MAX_MINOR};
use paylink::domain::product::{BOM, FileError, Form, Listed, MAX_NUMBER, MAX_PRODUCTS, Usual, read, write};
use paylink::domain::vat::VatRate;
use paylink::i18n::{Lang, Texts};

use super::is_clean;

const USUAL: Usual = Usual { currency: Currency::Nok, vat: VatRate::STANDARD };

fn taken(listed: &Listed) {
    is_clean(listed);
    assert!((1..=MAX_PRODUCTS).contains(&listed.products.len()) && listed.usual_vat <= listed.products.len());
    for product in &listed.products {
        assert!(
            (1..=MAX_MINOR).contains(&product.price.minor()) && product.price.currency() == Currency::Nok
        );
        assert!((1..=MAX_DESCRIPTION).contains(&product.description.chars().count()), "{product:?}");
        let number = product.number.as_ref().map(|number| number.chars().count());
        assert!(number.is_none_or(|length| (1..=MAX_NUMBER).contains(&length)), "{product:?}");
        assert!(product.vat.hundredths() <= 10_000);
        let line = ProductLine::new(&product.description, Quantity::ONE, product.price, product.vat);
        assert_eq!(line.map(|line| line.description).as_ref(), Ok(&product.description));
    }
    for form in [Form::ENGLISH, Form::NORWEGIAN] {
        let file = write(&listed.products, &form);
        let text = file.strip_prefix(BOM).unwrap();
        assert!(!text.chars().any(|c| !matches!(c, '\r' | '\n') && clean::is_unsafe(c)), "{text:?}");
        assert_eq!(text.lines().count(), listed.products.len() + 1, "a row is a line: {text:?}");
        // Whatever a spreadsheet parts it by, it meets no formula.
        for separator in [b';', b',', b'\t'] {
            let mut reader = csv::ReaderBuilder::new();
            let mut reader =
                reader.delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
            for row in reader.records() {
                for cell in &row.unwrap() {
                    assert!(
                        !cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']),
                        "{cell:?}: {text:?}"
                    );
                }
            }
        }
        let again = read(file.as_bytes(), USUAL).map(|again| again.products);
        assert_eq!(again.as_ref(), Ok(&listed.products), "{text:?}");
    }
}

fn told(error: &FileError, bytes: &[u8]) {
    is_clean(error);
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        let said = texts.say(error);
        is_clean(&said);
        assert!(!said.is_empty() && said.chars().count() < 400, "{said}");
        if let FileError::Rows(mistakes) = error {
            assert!((1..=10).contains(&mistakes.first.len()), "{mistakes:?}");
            for mistake in &mistakes.first {
                let said = texts.say(mistake);
                is_clean(&said);
                assert!(said.chars().count() < 300, "{said}");
                let ends = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
                assert!((1..=ends + 1).contains(&mistake.line), "{mistake:?}");
            }
        }
    }
}

/// Reads the file in `bytes`.
pub fn check(bytes: &[u8]) {
    match read(bytes, USUAL) {
        Ok(listed) => taken(&listed),
        Err(error) => told(&error, bytes),
    }
}
