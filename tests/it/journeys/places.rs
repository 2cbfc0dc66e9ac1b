//! The dashboard, the list, and the first start.

use super::*;
use paylink::app::effect::SetUp;
use paylink::app::msg::SetUpTrouble;
use paylink::domain::cause::Cause;
use paylink::domain::fault::FaultKind;
use paylink::ports::Fault;
use paylink::runtime::Host;

#[tokio::test(start_paused = true)]
async fn a_link_is_found_by_what_is_known_of_it() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("n Enter").await;
    seller.paste("Brød\t1\t60").await;
    seller.keys("C-n C-n").await;
    seller.text("91234567").await;
    seller.keys("Enter Esc").await;
    for (words, reference) in
        [("vaf", "KARI-1122-001"), ("912 34", "KARI-1122-002"), ("brod", "KARI-1122-002")]
    {
        seller.keys("/").await;
        seller.text(words).await;
        let found: Vec<&str> = seller.engine.model().list.rows.iter().map(|r| r.reference.as_str()).collect();
        assert_eq!(found, [reference], "{words}");
        seller.keys("Enter").await;
        seller.sees(reference);
        seller.keys("Esc Esc").await;
        assert_eq!(seller.at(), Screen::Dashboard);
    }
}

#[tokio::test(start_paused = true)]
async fn the_list_filters() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.keys("2").await;
    seller.pass(5).await;
    seller.keys("Esc").await;
    seller.sell_by_sms().await;
    seller.keys("Esc l").await;
    assert_eq!(seller.engine.model().list.rows.len(), 2);
    seller.keys("Tab").await;
    let rows = &seller.engine.model().list.rows;
    assert_eq!(rows.iter().map(|r| r.reference.as_str()).collect::<Vec<_>>(), ["KARI-1122-002"]);
    seller.sees("1 of 2 links");
    seller.sees("Filter: open. Ctrl-X shows all.");
    seller.keys("Tab").await;
    let rows = &seller.engine.model().list.rows;
    assert_eq!(rows.iter().map(|r| r.reference.as_str()).collect::<Vec<_>>(), ["KARI-1122-001"]);
    // What is hidden is told where nothing is found, of what is searched for and of all.
    seller.text("vaffel").await;
    seller.sees("1 of 2 links");
    seller.keys("Tab").await;
    seller.sees("0 of 2 links");
    seller.sees("Nothing found.");
    seller.sees("Ctrl-X shows the 2 that are hidden.");
    seller.keys("C-x").await;
    seller.sees("2 of 2 links");
    assert!(!seller.screen().contains("Filter:"), "{}", seller.screen());
    seller.text("x").await;
    seller.sees("0 of 2 links");
    seller.keys("C-x").await;
    let screen = seller.screen();
    assert!(screen.contains("2 links") && !screen.contains(" of "), "{screen}");
}

#[tokio::test(start_paused = true)]
async fn a_list_without_links_says_that_there_are_none_yet() {
    let mut seller = Journey::open().await;
    seller.keys("l").await;
    seller.sees("No links yet.");
    seller.keys("Tab").await;
    seller.sees("Nothing found.");
    assert!(!seller.screen().contains("hidden"), "{}", seller.screen());
}

/// Opens the same place, whatever is asked for.
struct Opens(Workplace);

impl Host for Opens {
    fn use_sandbox(&self) -> Reply<'_, Result<Workplace, SetUpTrouble>> {
        Box::pin(async { Ok(self.0.clone()) })
    }

    fn set_up(&self, account: SetUp) -> Reply<'_, Result<Workplace, SetUpTrouble>> {
        let good = account.client_secret == "right";
        Box::pin(async move {
            if good {
                Ok(self.0.clone())
            } else {
                Err(SetUpTrouble::SignIn(Fault::new(FaultKind::NotSignedIn, Cause::theirs("401"))))
            }
        })
    }
}

/// A seller without a config.
async fn newcomer() -> Journey {
    let mut seller = Journey::open().await;
    let host = Arc::new(Opens(seller.place.clone()));
    let zone = TimeZone::get("Europe/Oslo").unwrap();
    seller.engine = Engine::new(None, Some(host), seller.clock.clone(), zone);
    seller.engine.begin((100, 40));
    seller.engine.after_first_frame();
    seller.engine.settle().await;
    assert_eq!(seller.at(), Screen::Welcome);
    seller
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_tries_the_sandbox() {
    let mut seller = newcomer().await;
    seller.keys("s").await;
    assert_eq!(seller.at(), Screen::Dashboard);
    seller.sell_by_sms().await;
    seller.sent().await;
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_sets_up_an_account() {
    let mut seller = newcomer().await;
    seller.keys("a").await;
    for text in ["T12345678", "client", "wrong", "Fjordfisk AS", "https://example.com/thanks"] {
        seller.text(text).await;
        seller.keys("Enter").await;
    }
    assert_eq!(seller.at(), Screen::SetUp);
    seller.sees("Dintero does not take these");
    seller.keys("Up Up C-u").await;
    seller.text("right").await;
    seller.keys("Enter").await;
    assert_eq!(seller.at(), Screen::Dashboard, "{}", seller.screen());
}
