//! Lines of a sale as `--item` has them, one a line, and an address as `--address` has it in the first. A mistake is told
//! in one clean line that names the item; what is understood adds up to the last øre.

use paylink::cli::sale::{address, item};
use paylink::domain::line::{ProductLine, Quantity, Totals};
use paylink::domain::money::{Currency, MAX_MINOR};
use paylink::domain::vat::VatRate;
use paylink::i18n::{Lang, Texts};
use rust_decimal::Decimal;

use super::is_clean;

/// Quantity times price in whole numbers, half away from zero.
fn exact(line: &ProductLine) -> i128 {
    let thousandths = i128::try_from(line.quantity.value() * Decimal::from(1000)).unwrap();
    (thousandths * i128::from(line.unit_price.minor()) + 500) / 1000
}

/// Reads the text in `bytes`.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        if let Err(wrong) = address(text.lines().next().unwrap_or_default(), texts) {
            is_clean(&wrong);
        }
        let mut lines = Vec::new();
        for (n, given) in text.lines().take(100).enumerate() {
            match item(given, n + 1, Currency::Nok, VatRate::STANDARD, texts) {
                Ok(line) => {
                    is_clean(&line);
                    assert_eq!(i128::from(line.amount().minor()), exact(&line), "{given:?}");
                    // As the draft of a sale keeps it, it is the same line.
                    let fields = [
                        line.description.replace(';', ","),
                        line.quantity.value().to_string(),
                        texts.bare_amount(line.unit_price),
                        line.vat.percent().to_string(),
                    ];
                    let again = item(&fields.join(";"), 1, Currency::Nok, VatRate::STANDARD, texts).ok();
                    let same = |l: &ProductLine| (Quantity::value(l.quantity), l.unit_price, l.vat);
                    assert_eq!(again.as_ref().map(same), Some(same(&line)), "{given:?}");
                    lines.push(line);
                }
                Err(wrong) => {
                    is_clean(&wrong);
                    let told = format!("{wrong:?}");
                    assert!(told.contains(&(n + 1).to_string()) && told.chars().count() < 1500, "{told}");
                }
            }
        }
        if let Ok(totals) = Totals::of(&lines, Currency::Nok) {
            let sum: i128 = lines.iter().map(exact).sum();
            assert_eq!(i128::from(totals.gross.minor()), sum);
            assert!(totals.gross.minor() <= MAX_MINOR && totals.vat.minor() >= 0);
            assert_eq!(totals.net.minor() + totals.vat.minor(), totals.gross.minor());
        } else {
            assert!(lines.iter().map(exact).sum::<i128>() > i128::from(MAX_MINOR));
        }
    }
}
