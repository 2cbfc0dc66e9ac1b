//! Bad input: told at its field, nothing is sent, nothing typed is lost.

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
