//! Product lines: sums that add up however many rates there are, and how many lines are out of sight.

use paylink::app::Model;
use paylink::app::draft::{FieldId, LineDraft};
use paylink::i18n::Lang;

use super::models::{Scene, focus, sums};
use super::{drawn, look, plain, text};

/// A sale with `count` lines.
fn lines(size: (u16, u16), count: usize) -> Model {
    let mut model = Scene::Products.model(size);
    model.wizard.draft.lines = (1..=count)
        .map(|n| LineDraft {
            description: format!("Vare {n}."),
            quantity: "1".into(),
            price: "10,00".into(),
            vat: "25".into(),
        })
        .collect();
    sums(&mut model, &vec![("Vare", 1, 1000, 2500); count]);
    model
}

fn seen(model: &Model, lang: Lang, size: (u16, u16)) -> String {
    text(&drawn(model, &look(lang, plain()), size).0, None)
}

/// The amounts in hundredths that stand at the end of the rows with `label`.
fn amounts(screen: &str, label: &str) -> Vec<i64> {
    let rows = screen.lines().filter(|row| row.contains(label) && row.contains("NOK"));
    let hundredths = |row: &str| {
        let amount = row.rsplit("NOK").next().unwrap();
        amount.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
    };
    rows.map(hundredths).collect()
}

#[test]
fn net_and_every_row_of_vat_come_to_what_is_to_be_paid() {
    for size in [(80, 23), (80, 24), (100, 30), (200, 60)] {
        for rates in [1_u16, 4, 5, 6, 7, 12, 40] {
            let mut model = Scene::Products.model(size);
            let lines: Vec<_> =
                (1..=rates).map(|rate| ("Vare", 1, 10_000 + i64::from(rate), rate * 100)).collect();
            sums(&mut model, &lines);
            let screen = seen(&model, Lang::English, size);
            let rest = amounts(&screen, "  Other rates ");
            let vat = amounts(&screen, "  VAT ");
            let sum = amounts(&screen, "  Net ").iter().chain(&vat).chain(&rest).sum::<i64>();
            assert_eq!(amounts(&screen, "  To pay "), [sum], "{rates} {size:?}\n{screen}");
            assert_eq!(rest.is_empty(), vat.len() == usize::from(rates), "{screen}");
            assert!(usize::from(rates) == vat.len() || vat.len() >= 4, "{screen}");
        }
    }
}

#[test]
fn what_is_out_of_sight_is_counted_above_and_below() {
    for (lang, more) in [(Lang::English, "more"), (Lang::Bokmal, "til")] {
        for size in [(80, 24), (100, 30), (200, 60)] {
            for count in [1, 9, 12, 13, 50, 100] {
                let mut model = lines(size, count);
                for at in 0..count {
                    focus(&mut model, FieldId::Quantity(at));
                    let screen = seen(&model, lang, size);
                    let told = |arrow: &str| -> usize {
                        let row = screen.lines().find(|row| row.trim_start().starts_with(arrow));
                        row.map_or(0, |row| {
                            let words: Vec<&str> = row.split_whitespace().collect();
                            assert_eq!(words[2], more, "{screen}");
                            words[1].parse().unwrap()
                        })
                    };
                    let shown: Vec<&str> = screen.lines().filter(|row| row.contains("Vare ")).collect();
                    let (above, below) = (told("↑"), told("↓"));
                    assert_eq!(above + shown.len() + below, count, "{at} {size:?}\n{screen}");
                    assert!(shown[0].contains(&format!("Vare {}.", above + 1)), "{screen}");
                    assert!(screen.contains(&format!("▸ Vare {}.", at + 1)), "{screen}");
                }
            }
        }
    }
}

#[test]
fn many_lines_and_rates_as_they_are_drawn() {
    for (size, lang) in [((80, 24), Lang::English), ((80, 24), Lang::Bokmal), ((100, 30), Lang::English)] {
        let mut model = lines(size, 30);
        let rates = [2500, 1500, 1200, 1111, 800, 600, 0];
        sums(&mut model, &(0..30).map(|n| ("Vare", 1, 1000, rates[n % 7])).collect::<Vec<_>>());
        for (line, n) in model.wizard.draft.lines.iter_mut().zip(0..) {
            line.vat = ["25", "15", "12", "11,11", "8", "6", "0"][n % 7].into();
        }
        focus(&mut model, FieldId::Price(15));
        let name = format!("products-many-{}x{}-{lang}", size.0, size.1);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, seen(&model, lang, size));
        });
    }
}
