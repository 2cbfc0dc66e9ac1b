//! Bad input: told at its field, nothing is sent, nothing typed is lost.

use paylink::app::draft::FieldId as F;

use super::*;

#[tokio::test(start_paused = true)]
async fn each_mistake_has_its_own_words_at_its_field() {
    for (line, words) in [
        ("Vaffel\t1\t0", "The price is 0"),
        ("Vaffel\t0\t45", "The quantity is 0"),
        ("Vaffel\t1\t45\t101", "VAT is from 0 to 100 %"),
        ("Vaffel\t1\t😀", "Not a number"),
        ("Vaffel\t1\t1.249", "Do you mean 1249 or 1.25?"),
        ("Vaffel\t1\t$45", "Another currency"),
        ("Flyer\t1,000\t2", "Do you mean 1000 or 1?"),
        ("Fisk\t2.500\t389", "Do you mean 2500 or 2.5?"),
    ] {
        let mut seller = Journey::open().await;
        seller.keys("n Enter").await;
        seller.paste(line).await;
        seller.sees(words);
        seller.keys("C-n").await;
        assert_eq!(seller.at(), Screen::Products, "{line}");
        seller.sees(words);
        let typed = line.split('\t').nth(2).unwrap();
        assert_eq!(seller.engine.model().wizard.draft.lines[0].price, typed);
        assert_eq!(seller.asked().await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_with_nine_digits_and_a_bad_address() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.text("412345678").await;
    seller.keys("Enter").await;
    assert_eq!(seller.at(), Screen::Delivery);
    seller.sees("A Norwegian number has 8 digits, this has 9");
    seller.keys("C-u Right").await;
    seller.text("kari.example.com").await;
    seller.keys("Enter").await;
    seller.sees("There is no @ in it");
    assert_eq!(seller.asked().await, []);
    assert_eq!(seller.engine.model().wizard.draft.email, "kari.example.com");
}

/// Enter sends: a number that takes no SMS is told of while it is typed.
#[tokio::test(start_paused = true)]
async fn a_number_that_is_no_mobile_is_told_before_anything_is_sent() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.text("2233445").await;
    assert!(!seller.screen().contains("Not a mobile"), "{}", seller.screen());
    seller.text("5").await;
    seller.sees("+47 22 33 44 55: Not a mobile number");
    assert_eq!(seller.asked().await, []);
}

#[tokio::test(start_paused = true)]
async fn a_used_reference_is_told_before_anything_is_sent() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("n Enter").await;
    seller.paste("Kaffe\t1\t30").await;
    seller.keys("C-n").await;
    seller.text("KARI-1122-001").await;
    seller.keys("Tab").await;
    let wizard = &seller.engine.model().wizard;
    assert!(wizard.issue(paylink::app::draft::FieldId::Reference).is_some(), "{}", seller.screen());
    seller.keys("Enter").await;
    assert_eq!(seller.at(), Screen::Order);
    assert_eq!(seller.asked().await.len(), 1);
}

/// What is wrong with the lines above takes rows, and never those of the line that is typed in.
#[tokio::test(start_paused = true)]
async fn the_line_that_has_the_focus_is_in_sight_whatever_is_wrong_above_it() {
    let mut seller = Journey::open().await;
    seller.keys("n Enter").await;
    let lines: Vec<String> = (10..30).map(|n| format!("Vare {n};1;1.1{n};25")).collect();
    seller.paste(&lines.join("\n")).await;
    // From the last line, on which a paste ends, to the first and back.
    for key in ["Up", "Down"] {
        for _ in 0..22 {
            let screen = seller.screen();
            let wizard = &seller.engine.model().wizard;
            let Some(F::Description(at) | F::Quantity(at) | F::Price(at) | F::Vat(at)) = wizard.focus else {
                panic!("{:?}", wizard.focus);
            };
            let name = &wizard.draft.lines[at].description;
            let row = screen.lines().find(|row| row.contains('▸'));
            assert!(row.is_some_and(|row| row.contains(name.as_str())), "{name}:\n{screen}");
            seller.keys(key).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_lines_are_refused_whole() {
    let mut seller = Journey::open().await;
    seller.keys("n Enter").await;
    seller.text("Vaf").await;
    seller.paste(&"Laks;1;100\n".repeat(10_000)).await;
    seller.sees("10,000");
    let lines = &seller.engine.model().wizard.draft.lines;
    assert_eq!((lines.len(), lines[0].description.as_str()), (1, "Vaf"));
}

#[tokio::test(start_paused = true)]
async fn emoji_are_sold_and_control_characters_are_not() {
    let mut seller = Journey::open().await;
    seller.keys("n Enter").await;
    seller.paste("Is \u{1b}[31m\u{202e}🍦").await;
    seller.keys("Enter Enter").await;
    seller.text("45").await;
    seller.keys("C-n Enter").await;
    seller.text("41234567").await;
    seller.keys("Enter").await;
    let (_, body) = seller.sent().await;
    assert_eq!(body["order"]["items"][0]["description"], "Is [31m🍦");
}
