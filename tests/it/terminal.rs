//! The real binary in a real terminal, from the first key to "paid" and to the last key; its sandbox is
//! the demo's own, reached over HTTP.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::support::http;
use crate::support::pty::{Setup, Term};
use crate::support::qr::{self, CELLS, DARK, LIGHT};

fn demo() -> Setup {
    Setup::paylink(&["demo"])
}

/// From the dashboard to the delivery step: one waffle for 45,50.
pub(crate) fn to_delivery(term: &mut Term) {
    term.sees("No links yet");
    term.press("n");
    term.sees("2 PAYMENT");
    term.press("enter");
    term.sees("3 PRODUCTS");
    term.type_text("Waffle");
    term.press("tab tab");
    term.type_text("45,50");
    term.sees("45.50");
    term.press("ctrl-n");
    term.sees("4 ORDER");
    term.press("ctrl-n");
    term.sees("5 DELIVERY");
}

/// A new link, handed over by its code; gives its address.
fn to_the_link(term: &mut Term) -> String {
    to_delivery(term);
    // from the phone's field up to the choice, and there to "link or QR only"
    term.press("shift-tab right right");
    term.sees("● link or QR only");
    term.press("enter");
    term.sees("NOT OPENED");
    term.reads_qr()
}

/// The address as the screen has it, put together again from the lines it is broken into.
fn address_on(term: &Term) -> String {
    let text = term.text();
    let lines: Vec<&str> = text.lines().map(|line| line.split_once("http").map_or(line, |_| line)).collect();
    let first = lines.iter().position(|line| line.contains("http")).expect("an address");
    let column =
        lines[first].chars().count() - lines[first].split_once("http").unwrap().1.chars().count() - 4;
    lines[first..]
        .iter()
        .map(|line| line.chars().skip(column).collect::<String>().trim_end().to_owned())
        .take_while(|part| !part.is_empty())
        .collect()
}

/// The sandbox's own address and the session, from a link's address.
fn parts(address: &str) -> (String, String) {
    let (base, session) = address.split_once("/v1/view/").expect(address);
    (base.to_owned(), session.to_owned())
}

#[test]
fn from_the_first_key_to_paid_with_the_keys_that_play_the_customer() {
    let mut term = demo().start();
    to_the_link(&mut term);
    term.press("1");
    term.sees("● Opened");
    term.no_longer_sees("NOT OPENED");
    term.press("2");
    term.sees("● PAID");
    assert_eq!(qr::on_screen(term.screen(), DARK, qr::PLAIN), None, "a paid link's code is taken away");
    term.press("esc");
    term.sees("Paid today  NOK 45.50  1 link");
    term.sees("● paid");
    term.press("q");
    term.ends().restored().with_status(0);
}

#[test]
fn from_the_first_key_to_paid_by_a_customer_who_scans_the_code() {
    let mut term = demo().start();
    let address = to_the_link(&mut term);
    assert_eq!(address_on(&term), address, "the address in words is the code's");
    let (base, session) = parts(&address);

    let (status, _) = http::post(&format!("{base}/sandbox/sessions/{session}/visit"), &json!({}));
    assert!((200..300).contains(&status), "{status}");
    term.no_longer_sees("NOT OPENED");
    term.sees("● Opened");

    let (status, answer) = http::post(
        &format!("{base}/sandbox/sessions/{session}/pay"),
        &json!({"payment_product_type": "dintero_psp.vipps", "outcome": "authorized"}),
    );
    assert!((200..300).contains(&status), "{status} {answer}");
    term.sees("● PAID");

    // What the backend got: one session, with what was typed.
    let (_, log) = http::get(&format!("{base}/sandbox/log"));
    let made: Vec<_> = log
        .as_array()
        .expect("a list")
        .iter()
        .filter(|r| {
            r["method"] == "POST" && r["path"].as_str().is_some_and(|p| p.starts_with("/v1/sessions"))
        })
        .collect();
    assert_eq!(made.len(), 1, "{made:#?}");
    let body = match &made[0]["body"] {
        serde_json::Value::String(text) => serde_json::from_str(text).expect("JSON"),
        body => body.clone(),
    };
    assert_eq!(body["order"]["amount"], 4550);
    assert_eq!(body["order"]["currency"], "NOK");
    assert_eq!(body["order"]["items"][0]["description"], "Waffle");
    assert_eq!(body["order"]["items"][0]["amount"], 4550);
    assert_eq!(body["order"]["items"][0]["vat_amount"], 910);
}

#[test]
fn a_declined_payment_is_told_at_once() {
    let mut term = demo().start();
    let (base, session) = parts(&to_the_link(&mut term));
    let pay = format!("{base}/sandbox/sessions/{session}/pay");
    http::post(&pay, &json!({"payment_product_type": "dintero_psp.vipps", "outcome": "declined"}));
    term.sees("✕ DECLINED");
    assert!(!term.text().contains("PAID"));
}

#[test]
fn a_screen_that_another_program_has_spoilt_is_drawn_anew() {
    let mut term = demo().start();
    term.sees("No links yet");
    term.spoil("spoilt by a background job");
    term.sees("spoilt");
    term.press("ctrl-l");
    term.no_longer_sees("spoilt");
    term.sees("No links yet");
    term.press("n");
    term.sees("2 PAYMENT");
}

#[test]
fn the_code_is_read_in_dark_and_light_at_every_size_and_cell() {
    for (columns, rows) in [(80, 24), (100, 30), (140, 45), (200, 60)] {
        for (theme, colours) in [(DARK, "15;0"), (LIGHT, "0;15")] {
            let mut term = demo().size(columns, rows).theme(theme).env("COLORFGBG", colours).start();
            let address = to_the_link(&mut term);
            check_everywhere(&term, &address, &format!("{columns}x{rows} {}", theme.name));
        }
    }
}

#[test]
fn the_code_is_read_with_few_colours_and_with_none() {
    for (name, value) in [("TERM", "xterm"), ("NO_COLOR", "1")] {
        let mut term = demo().env("COLORTERM", "").env(name, value).start();
        let address = to_the_link(&mut term);
        check_everywhere(&term, &address, name);
    }
}

#[test]
fn the_code_alone_in_every_drawing_and_level_is_read() {
    let mut term = demo().size(140, 60).start();
    let address = to_the_link(&mut term);
    term.press("f");
    term.no_longer_sees("NOT OPENED");
    for drawing in ["half blocks", "full blocks"] {
        for _ in 0..3 {
            assert_eq!(term.reads_qr(), address);
            check_everywhere(&term, &address, drawing);
            term.changes_by("v");
        }
        term.changes_by("d");
    }
    term.press("esc");
    term.sees("NOT OPENED");
}

/// Reads the code by two decoders, in every kind of cell.
#[track_caller]
fn check_everywhere(term: &Term, address: &str, what: &str) {
    for theme in [DARK, LIGHT] {
        for size in CELLS {
            let picture = qr::paint(term.screen(), theme, size);
            if size.gap == 0 {
                let read = qr::read(&picture);
                assert_eq!(read, [address], "{what}, {} theme, {size:?}\n{}", theme.name, term.text());
            }
            if let Some(read) = qr::read_by_zbar(&picture) {
                assert_eq!(read, [address], "zbar, {what}, {} theme, {size:?}", theme.name);
            }
        }
    }
}

#[test]
fn a_code_that_does_not_fit_is_not_drawn_but_told() {
    let mut term = demo().start();
    to_the_link(&mut term);
    term.resize(60, 20);
    term.waits_for("no code", |screen| qr::on_screen(screen, DARK, qr::PLAIN).is_none());
    assert!(!term.text().contains("▄▄▄▄▄"), "a part of the code is left\n{}", term.text());
    term.resize(80, 24);
    term.reads_qr();
}

// -------------------------------------------------------------------------------------------------------
// The terminal comes back as it was
// -------------------------------------------------------------------------------------------------------

#[test]
fn every_way_out_gives_the_terminal_back() {
    for way in ["key q", "key ctrl-c", "key ctrl-q", "TERM", "INT", "HUP"] {
        let mut term = demo().start();
        term.sees("No links yet");
        assert!(term.screen().alternate_screen(), "{way}: not on a screen of its own");
        leave(&mut term, way);
        let ended = term.ends();
        assert!(ended.left_on.is_empty(), "{way}: left on: {:#?}\n{}", ended.left_on, ended.text);
        if way.starts_with("key") {
            ended.with_status(0);
        }
    }
}

#[test]
fn the_terminal_comes_back_from_the_middle_of_the_work() {
    for way in ["key ctrl-c", "TERM", "HUP"] {
        let mut term = demo().start();
        to_delivery(&mut term);
        leave(&mut term, way);
        term.ends().restored();
    }
}

fn leave(term: &mut Term, way: &str) {
    match way.strip_prefix("key ") {
        Some(key) => term.press(key),
        None => term.signal(way),
    }
}

#[test]
fn an_error_at_the_start_leaves_the_terminal_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("paylink.toml");
    std::fs::write(&config, "[profiles.fair]\naccount_id = 12\n").unwrap();
    let term = Setup::paylink(&["--config", config.to_str().unwrap()]).start();
    let ended = term.ends();
    ended.restored().with_status(3);
    assert!(ended.text.contains("account_id"), "{}", ended.text);
    assert!(!String::from_utf8_lossy(&ended.raw).contains("\x1b[?1049h"), "the screen was taken");
}

#[test]
#[cfg(target_os = "linux")]
fn into_the_background_and_back() {
    for way in ["key ctrl-z", "TSTP"] {
        let mut term = demo().start();
        for place in ["No links yet", "2 PAYMENT"] {
            term.sees(place);
            leave(&mut term, way);
            term.waits_until_stopped();
            let left = term.left_on();
            assert!(left.is_empty(), "{way}: left on while stopped: {left:#?}");
            term.signal("CONT");
            term.waits_for("its screen again", |screen| {
                screen.alternate_screen() && screen.contents().contains(place)
            });
            term.press("n");
        }
        term.press("ctrl-c");
        term.ends().restored().with_status(0);
    }
}

/// The name under which the test calls itself as the program that panics.
const PANIC_HERE: &str = "PAYLINK_TEST_PANIC_REPORT_IN";

#[test]
fn a_panic_gives_the_terminal_back_and_names_its_report() {
    if let Some(folder) = std::env::var_os(PANIC_HERE) {
        panics_in_the_terminal(Path::new(&folder));
        return;
    }
    let this = std::env::current_exe().unwrap();
    let reports = tempfile::tempdir().unwrap();
    let name = "terminal::a_panic_gives_the_terminal_back_and_names_its_report";
    let mut term = Setup::program(&this, &["--exact", name, "--nocapture", "--test-threads=1"])
        .env(PANIC_HERE, reports.path().to_str().unwrap())
        .start();
    term.sees("crash-");
    let ended = term.ends();
    ended.restored();
    let raw = String::from_utf8_lossy(&ended.raw);
    assert!(raw.contains("\x1b[?1049h"), "the terminal was never taken\n{raw}");
    let report = std::fs::read_dir(reports.path()).unwrap().next().expect("a report").unwrap();
    let shown = ended.text.replace('\n', "");
    assert!(shown.contains(report.file_name().to_str().unwrap()), "{}", ended.text);
}

/// What `paylink` does around the app: its panic report, the terminal taken, and then a mistake.
fn panics_in_the_terminal(folder: &Path) {
    use paylink::cli::output::Output;
    use paylink::cli::report;
    use paylink::i18n::Texts;
    use paylink::runtime::terminal::Taken;

    report::on_panic(folder.to_owned(), Output::new(false, true, Texts::default()));
    let panicked = std::panic::catch_unwind(|| {
        let mut taken = Taken::new().unwrap();
        taken.canvas.draw(|frame| frame.render_widget("the app", frame.area())).unwrap();
        panic!("a mistake in the program");
    });
    assert!(panicked.is_err());
}

/// The name under which the test calls itself as the terminal that is closed.
#[cfg(target_os = "linux")]
const CLOSED_HERE: &str = "PAYLINK_TEST_TERMINAL_CLOSED_IN";

#[test]
#[cfg(target_os = "linux")]
fn a_window_that_is_closed_is_a_normal_end() {
    if let Some(folder) = std::env::var_os(CLOSED_HERE) {
        let mut term = demo().env("XDG_DATA_HOME", folder.to_str().unwrap()).start();
        term.sees("No links yet");
        std::fs::write(Path::new(&folder).join("pid"), term.pid().to_string()).unwrap();
        // as a terminal whose window is closed: its end of the line goes with it
        std::process::exit(0);
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "terminal::a_window_that_is_closed_is_a_normal_end";
    let terminal = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(CLOSED_HERE, folder.path())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap_or_else(|_| panic!("{terminal:?}"));
    let stat = format!("/proc/{pid}/stat");
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(std::time::Instant::now() < end, "it goes on without a terminal");
        std::thread::sleep(Duration::from_millis(10));
    }
    let data = folder.path().join("paylink");
    let names = std::fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let reports: Vec<String> = names.filter(|name| name.starts_with("crash-")).collect();
    assert!(reports.is_empty(), "{reports:?}");
    let log = std::fs::read_to_string(data.join("paylink.log")).unwrap();
    assert!(log.contains("ended by"), "{log}");
}

// -------------------------------------------------------------------------------------------------------
// Room, and doing nothing
// -------------------------------------------------------------------------------------------------------

#[test]
fn a_window_that_is_too_small_gets_a_word_and_loses_nothing() {
    let mut term = demo().start();
    to_delivery(&mut term);
    term.resize(40, 10);
    term.waits_for("a word about the size", |screen| screen.contents().contains("80×24"));
    term.resize(80, 24);
    term.sees("5 DELIVERY");
    term.sees("Waffle");
}

#[test]
#[cfg(target_os = "linux")]
fn with_nothing_to_do_nothing_is_done() {
    let mut term = demo().start();
    term.sees("No links yet");
    // until the start's own work is over
    while !term.written_within(Duration::from_secs(1)).is_empty() {}
    let before = term.cpu_ticks();
    let written = term.written_within(Duration::from_secs(5));
    let ticks = term.cpu_ticks() - before;
    // A minute may turn over, which is one line of the header; 1 % of 5 s are 5 ticks of 10 ms.
    assert!(written.len() < 200, "{:?}", String::from_utf8_lossy(&written));
    assert!(ticks <= 5, "{ticks} ticks of processor time in 5 s");
}

#[test]
fn text_from_a_paste_is_data() {
    let mut term = demo().start();
    term.sees("No links yet");
    term.press("n");
    term.sees("2 PAYMENT");
    term.press("enter");
    term.sees("3 PRODUCTS");
    term.paste("Wa\x1b]0;owned\x07ffle \u{202e}evil");
    term.sees("Wa");
    term.sees("evil");
    term.press("tab");
    let raw = term.raw();
    assert!(!raw.contains("\x1b]0;owned") && !raw.contains('\u{202e}'), "{raw:?}");
}
