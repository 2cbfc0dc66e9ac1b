//! Every screen as it is drawn, in text: at 80×24, 100×30 and 200×60 in English, at 80×24 in bokmål;
//! and what holds for all of them.

mod clock;
mod code;
mod left;
pub(crate) mod models;
mod products;
mod story;
mod toasts;
mod told;
mod waiting;

use std::fmt::Write as _;
use std::path::Path;

use paylink::app::Model;
use paylink::app::model::{Net, Now};
use paylink::domain::link::{LinkId, LinkState};
use paylink::i18n::{Lang, Texts};
use paylink::ports::{LedgerError, Unusable};
use paylink::ui::theme::{Depth, Ground, Theme};
use paylink::ui::{Hits, Look, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};

use models::Scene;

pub(crate) fn look(lang: Lang, theme: Theme) -> Look {
    let now = Now {
        at: models::at("2026-11-22T11:42:30Z"),
        zone: jiff::tz::TimeZone::get("Europe/Oslo").unwrap(),
        fresh: LinkId(uuid::Uuid::nil()),
    };
    Look::new(theme, Texts::new(lang), now)
}

pub(crate) fn plain() -> Theme {
    Theme::new(Ground::Dark, Depth::Sixteen)
}

/// The screen after one drawing, where the caret stands, and what can be hit.
pub(crate) fn drawn(
    model: &Model,
    look: &Look,
    (columns, rows): (u16, u16),
) -> (Buffer, Option<(u16, u16)>, Hits) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut hits = Hits::default();
    terminal.draw(|frame| hits = draw(model, look, frame)).unwrap();
    let backend = terminal.backend_mut();
    let caret = backend.cursor_visible().then(|| {
        let at = backend.cursor_position();
        (at.x, at.y)
    });
    (backend.buffer().clone(), caret, hits)
}

fn text(buffer: &Buffer, caret: Option<(u16, u16)>) -> String {
    let mut out = String::new();
    for row in buffer.content().chunks(usize::from(buffer.area.width)) {
        let mut skip = 0;
        let mut line = String::new();
        for cell in row {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
        }
        // Hard spaces look like others.
        out.push_str(line.replace('\u{a0}', " ").trim_end());
        out.push('\n');
    }
    match caret {
        Some((x, y)) => write!(out, "caret: column {x}, row {y}").unwrap(),
        None => out.push_str("caret: none"),
    }
    out
}

fn snapshots_of(scene: Scene) {
    let sizes = [(80, 24), (100, 30), (200, 60)];
    let english = sizes.map(|size| (size, Lang::English));
    for (size, lang) in english.into_iter().chain([((80, 24), Lang::Bokmal)]) {
        let (buffer, caret, _) = drawn(&scene.model(size), &look(lang, plain()), size);
        let name = format!("{}-{}x{}-{lang}", scene.name(), size.0, size.1);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text(&buffer, caret));
        });
    }
}

macro_rules! scenes {
    ($($name:ident => $scene:ident),* $(,)?) => {
        $(#[test] fn $name() { snapshots_of(Scene::$scene); })*

        /// A scene without a test would be drawn nowhere.
        const TESTED: &[Scene] = &[$(Scene::$scene),*];
    };
}

scenes! {
    dashboard => Dashboard,
    dashboard_without_links => DashboardEmpty,
    dashboard_in_trouble => DashboardTrouble,
    payment => Payment,
    products => Products,
    products_with_mistakes => ProductsMistakes,
    order => Order,
    order_with_everything => OrderFull,
    delivery => Delivery,
    delivery_with_a_mistake => DeliveryMistake,
    link_live => LinkLive,
    link_paid => LinkPaid,
    link_queued => LinkQueued,
    link_uncertain => LinkUncertain,
    link_gone => LinkGone,
    link_in_progress => LinkProgress,
    link_with_a_refund_that_waits => LinkWaits,
    refund_in_doubt_to_be_dropped => LinkWaitsDrop,
    refund_dropped => LinkWaitsDropped,
    qr_full => QrFull,
    list => List,
    help => Help,
    confirm => Confirm,
    alarm_to_be_dealt_with => ConfirmSettle,
    sale_taken_out_of_the_outbox => TakenBack,
    sale_taken_out_of_the_outbox_thrown_away => TakenBackCleared,
    welcome => Welcome,
    set_up => SetUp,
}

/// What the header has to say is read in full at 80 columns, in every language, whatever else stands there.
#[test]
fn the_header_has_room_for_alarms_and_for_who_is_selling() {
    let size = (80, 24);
    let mut model = Scene::Dashboard.model(size);
    let name = "Fjordfisk AS";
    model.shop.as_mut().unwrap().merchant_name = format!("{name} og sønner, Ålesund");
    let english = [
        (Net::Offline, " ○ offline "),
        (Net::SignInPage, " ○ Wi-Fi sign-in? "),
        (Net::Certificate, " ○ bad certificate "),
    ];
    let bokmal = [
        (Net::Offline, " ○ uten nett "),
        (Net::SignInPage, " ○ nettinnlogging? "),
        (Net::Certificate, " ○ feil sertifikat "),
    ];
    for (lang, alarm, waiting, offline) in
        [(Lang::English, "alarm", "waiting", english), (Lang::Bokmal, "varsel", "venter", bokmal)]
    {
        for net in [Net::Online, Net::Offline, Net::SignInPage, Net::Certificate, Net::SignedOut] {
            for (alarms, waits) in [(0, 0), (1, 0), (0, 1), (1, 1), (12, 34), (100, 100)] {
                model.net = net;
                model.dashboard.alarms = alarms;
                model.dashboard.totals.waiting = waits;
                let (buffer, ..) = drawn(&model, &look(lang, plain()), size);
                let text = text(&buffer, None);
                let header = text.lines().next().unwrap();
                let has = |part: &str| assert!(header.contains(part), "{part:?} is not in {header:?}");
                has(&name[..name.len() - 1]);
                has(" SANDBOX ");
                if let Some((_, word)) = offline.iter().find(|(of, _)| *of == net) {
                    has(word);
                }
                if alarms > 0 {
                    has(&format!(" ! {alarms} "));
                }
                if waits > 0 {
                    has(&format!(" ↑ {waits} "));
                }
                // One of them keeps its word beside a network that is there.
                if alarms + u64::from(waits) == 1 && net == Net::Online {
                    has(if alarms > 0 { alarm } else { waiting });
                }
            }
        }
    }
}

/// That nothing can be kept is said on every screen, and on the first one why, and what to do.
#[test]
fn a_ledger_that_can_not_be_written_is_told_at_80_columns() {
    let size = (80, 24);
    let file = "/home/kari-nordmann/.local/share/paylink/paylink.db";
    let (full, rights) = (Unusable::Full, Unusable::NoPermission);
    for (lang, unusable, word, why, then) in [
        (Lang::English, &full, "nothing kept", "the disk is full", "start paylink again"),
        (Lang::English, &rights, "nothing kept", "no permission to write there", "start paylink again"),
        (Lang::Bokmal, &full, "lagrer ikke", "disken er full", "Start paylink på nytt"),
        (Lang::Bokmal, &rights, "lagrer ikke", "du har ikke lov til å skrive der", "Start paylink på nytt"),
    ] {
        for scene in [Scene::Dashboard, Scene::List, Scene::LinkLive] {
            let mut model = scene.model(size);
            model.dashboard.unwritable = Some(LedgerError::unusable(Path::new(file), unusable.clone()));
            let (buffer, ..) = drawn(&model, &look(lang, plain()), size);
            let text = text(&buffer, None);
            assert!(text.lines().next().unwrap().contains(word), "{text}");
            let first = scene == Scene::Dashboard;
            assert_eq!(text.contains(why), first, "{text}");
            assert_eq!(text.contains(then), first, "{text}");
        }
    }
}

/// A link that waits is not said to go out by itself while nothing is sent.
#[test]
fn where_nothing_can_be_kept_nothing_is_said_to_go_out_by_itself() {
    let size = (100, 30);
    for lang in Lang::ALL {
        for scene in [Scene::Dashboard, Scene::LinkLive] {
            for kept in [true, false] {
                let mut model = scene.model(size);
                let row = model.dashboard.rows[0].id;
                model.dashboard.outbox = vec![models::entry(row, false)];
                if let Some(link) = model.link.as_mut().and_then(|screen| screen.link.as_mut()) {
                    link.state = LinkState::Queued;
                    link.session_id = None;
                }
                if !kept {
                    let file = Path::new("paylink.db");
                    model.dashboard.unwritable = Some(LedgerError::unusable(file, Unusable::Full));
                }
                let (buffer, ..) = drawn(&model, &look(lang, plain()), size);
                let text = text(&buffer, None).split_whitespace().collect::<Vec<_>>().join(" ");
                let by_itself = ["by itself", "av seg selv"].iter().any(|words| text.contains(words));
                assert_eq!(by_itself, kept, "{text}");
            }
        }
    }
}

#[test]
fn every_scene_has_its_test() {
    assert_eq!(TESTED, Scene::ALL);
}

/// The styles of a screen as text: each run of cells that look the same.
fn styles(buffer: &Buffer) -> String {
    let mut out = String::new();
    for (y, row) in buffer.content().chunks(usize::from(buffer.area.width)).enumerate() {
        let mut runs: Vec<(Style, String)> = Vec::new();
        for cell in row {
            let style = cell.style();
            match runs.last_mut() {
                Some((last, text)) if *last == style => text.push_str(cell.symbol()),
                _ => runs.push((style, cell.symbol().to_owned())),
            }
        }
        for (style, text) in runs {
            let plain = style.add_modifier.is_empty()
                && matches!(style.fg, None | Some(Color::Reset))
                && matches!(style.bg, None | Some(Color::Reset));
            if !plain {
                let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
                writeln!(out, "{y:2} {fg} on {bg} {:?}: {text:?}", style.add_modifier).unwrap();
            }
        }
    }
    out
}

#[test]
fn each_theme_in_its_styles() {
    for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
        for depth in [Depth::Mono, Depth::Sixteen, Depth::True] {
            let look = look(Lang::English, Theme::new(ground, depth));
            let size = (80, 24);
            let (buffer, ..) = drawn(&Scene::ProductsMistakes.model(size), &look, size);
            let (dashboard, ..) = drawn(&Scene::DashboardTrouble.model(size), &look, size);
            let name = format!("styles-{ground:?}-{depth:?}").to_lowercase();
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(name, format!("{}----\n{}", styles(&dashboard), styles(&buffer)));
            });
        }
    }
}

#[test]
fn without_colours_nothing_but_the_qr_code_has_one() {
    for scene in Scene::ALL {
        let size = (100, 30);
        let look = look(Lang::English, Theme::new(Ground::Dark, Depth::Mono));
        let (buffer, ..) = drawn(&scene.model(size), &look, size);
        for cell in buffer.content() {
            let coloured = cell.fg != Color::Reset || cell.bg != Color::Reset;
            let in_qr = matches!(cell.symbol(), "█" | "▀" | "▄" | " ") && cell.bg == Color::Indexed(0);
            assert!(!coloured || in_qr, "{scene:?}: {cell:?}");
        }
    }
}

#[test]
fn no_size_is_too_odd_to_be_drawn() {
    for scene in Scene::ALL {
        for lang in Lang::ALL {
            let look = look(lang, plain());
            for columns in (1..=132).step_by(7) {
                for rows in (1..=50).step_by(5) {
                    let size = (columns, rows);
                    let (buffer, _, hits) = drawn(&scene.model(size), &look, size);
                    for (area, target) in hits.iter() {
                        assert_eq!(area.intersection(buffer.area), area, "{scene:?} {size:?} {target:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_small_window_says_what_it_needs() {
    let (buffer, _, hits) = drawn(&Scene::Dashboard.model((50, 12)), &look(Lang::Bokmal, plain()), (50, 12));
    let text = text(&buffer, None);
    assert!(text.contains("Vinduet er for lite: 50×12. paylink trenger 80×23;"), "{text}");
    assert_eq!(hits, Hits::default());
}

#[test]
fn a_click_means_what_is_drawn_there() {
    use paylink::app::draft::FieldId;
    use paylink::app::keys::Action;
    use paylink::app::model::Target;
    let size = (80, 24);
    let hit = |scene: Scene, words: &str| {
        let (buffer, _, hits) = drawn(&scene.model(size), &look(Lang::English, plain()), size);
        let text = text(&buffer, None);
        let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
        let column = line.chars().take_while({
            let mut rest = line;
            move |c| {
                let found = rest.starts_with(words);
                rest = &rest[c.len_utf8()..];
                !found
            }
        });
        hits.at(u16::try_from(column.count()).unwrap(), u16::try_from(row).unwrap())
    };
    assert_eq!(hit(Scene::Products, "1 Start"), Some((Target::Step(0), 0)));
    assert_eq!(hit(Scene::Products, "Vaffel"), Some((Target::Field(FieldId::Description(0)), 0)));
    assert_eq!(hit(Scene::Products, "fel med"), Some((Target::Field(FieldId::Description(0)), 3)));
    assert_eq!(hit(Scene::Products, "new line"), Some((Target::Do(Action::AddLine), 2)));
    assert_eq!(hit(Scene::Products, "Esc back"), Some((Target::Do(Action::Back), 0)));
    assert_eq!(hit(Scene::Payment, "Klarna"), Some((Target::Field(FieldId::Method(3)), 6)));
    assert_eq!(hit(Scene::Order, "○ 1 month"), Some((Target::Choice(FieldId::Expiry, 2), 0)));
    assert_eq!(hit(Scene::Dashboard, "KARI-1122-021"), Some((Target::Row(3), 18)));
    assert_eq!(hit(Scene::LinkLive, "https://"), Some((Target::Do(Action::Copy), 0)));
    assert_eq!(hit(Scene::Confirm, "n no"), Some((Target::Do(Action::No), 0)));
    // What lies under a question can't be hit.
    assert_eq!(hit(Scene::Confirm, "PAYING"), None);
}

/// A scene as text, changed by `change` before it is drawn.
fn seen(scene: Scene, size: (u16, u16), lang: Lang, change: impl FnOnce(&mut Model)) -> String {
    let mut model = scene.model(size);
    change(&mut model);
    let (buffer, caret, _) = drawn(&model, &look(lang, plain()), size);
    text(&buffer, caret)
}

#[test]
fn what_waits_is_told_to_its_end_at_80_columns() {
    for (lang, end) in [(Lang::English, "Next try 12:43:05."), (Lang::Bokmal, "Neste forsøk 12:43:05.")] {
        for count in [1, 12, 1249] {
            let screen = seen(Scene::Dashboard, (80, 24), lang, |model| {
                model.dashboard.outbox = vec![models::entry(LinkId(uuid::Uuid::from_u128(1)), false); count];
            });
            assert!(screen.contains(end), "{screen}");
        }
    }
}

#[test]
fn a_row_tells_what_waits_to_be_done_with_its_link() {
    for (lang, words) in [(Lang::English, "to be cancelled"), (Lang::Bokmal, "skal kanselleres")] {
        for scene in [Scene::Dashboard, Scene::List] {
            let waits = |model: &mut Model| {
                let link = model.dashboard.rows[0].id;
                let kind = paylink::ports::OutboxKind::Cancel;
                model.dashboard.outbox =
                    vec![paylink::ports::OutboxEntry { kind, ..models::entry(link, false) }];
            };
            let screen = seen(scene, (80, 24), lang, waits);
            let row = screen.lines().find(|line| line.contains(words)).expect(&screen);
            assert!(row.contains("↑ ") && row.contains("KARI-1122-024"), "{screen}");
            let without = seen(scene, (80, 24), lang, |_| {});
            assert!(!without.contains(words), "{without}");
        }
    }
}

/// A link that the payment service doesn't know any more has a mark of its own, until it knows it again.
#[test]
fn a_link_that_the_backend_does_not_know_is_marked_in_its_row() {
    for (lang, words) in [(Lang::English, "no longer known"), (Lang::Bokmal, "ikke lenger kjent")] {
        for scene in [Scene::Dashboard, Scene::List] {
            let gone = |model: &mut Model| {
                let link = model.dashboard.rows[0].id;
                model.tracking.gone.insert(link);
            };
            let screen = seen(scene, (80, 24), lang, gone);
            let row = screen.lines().find(|line| line.contains(words)).expect(&screen);
            assert!(row.contains("? ") && row.contains("KARI-1122-024"), "{screen}");
            assert!(!seen(scene, (80, 24), lang, |_| {}).contains(words));
        }
    }
}

/// A link of which the payment service's answer can't be read is told as that on its own screen: it is not gone.
#[test]
fn an_answer_that_cannot_be_read_is_told_on_the_links_screen() {
    for (lang, words) in [(Lang::English, "answer about this link"), (Lang::Bokmal, "svar om denne lenken")] {
        let strange = |model: &mut Model| model.tracking.strange = std::mem::take(&mut model.tracking.gone);
        // It is wrapped beside the code.
        let told = |screen: String| {
            let beside = screen.replace(['█', '▀', '▄'], " ");
            beside.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
        };
        assert!(told(seen(Scene::LinkGone, (120, 40), lang, strange)));
        assert!(!told(seen(Scene::LinkGone, (120, 40), lang, |_| {})));
    }
}

/// What the payment service has accepted is no request that waits and was tried so often. (The link's own screen is a
/// scene.)
#[test]
fn what_is_in_progress_is_told_as_that() {
    let progress = |model: &mut Model| {
        model.dashboard.outbox = vec![models::in_progress(model.dashboard.rows[0].id)];
    };
    for (lang, row, note) in [
        (Lang::English, "being refunded", "1 request is in progress at the payment service."),
        (Lang::Bokmal, "refunderes nå", "1 forespørsel er under arbeid hos betalingstjenesten."),
    ] {
        let dashboard = seen(Scene::Dashboard, (80, 24), lang, progress);
        assert!(dashboard.contains(row) && dashboard.contains(note), "{dashboard}");
        assert!(!dashboard.contains("12:43:05"), "no next try of what is never sent again: {dashboard}");
    }
}

#[test]
fn what_waits_for_another_account_is_told_with_the_profile_that_sends_it() {
    for (lang, known, unknown) in [
        (
            Lang::English,
            "3 requests wait for P1: start `paylink --profile shop`",
            "1 request waits for P2, which",
        ),
        (
            Lang::Bokmal,
            "3 forespørsler venter for P1: start `paylink --profile shop`",
            "1 forespørsel venter for P2, som",
        ),
    ] {
        let screen = seen(Scene::Dashboard, (80, 24), lang, |model| {
            model.dashboard.elsewhere = vec![("P1".into(), 3), ("P2".into(), 1)];
            let profiles = &mut model.shop.as_mut().unwrap().profiles;
            profiles.by_account.insert("P1".into(), "shop".into());
        });
        assert!(screen.contains(known) && screen.contains(unknown), "{screen}");
    }
}

#[test]
fn a_part_that_went_back_stands_on_the_row_and_beside_the_story() {
    use paylink::domain::link::{EventKind, LinkEvent, LinkState};
    use paylink::domain::money::{Currency, Money};
    for (lang, row, kept) in [
        (Lang::English, "NOK 20.00 refunded", "NOK 20.00 went back, NOK 100.00 is kept"),
        (Lang::Bokmal, "20,00 kr refundert", "20,00 kr er betalt tilbake, 100,00 kr er beholdt"),
    ] {
        let screen = seen(Scene::Dashboard, (80, 24), lang, |model| {
            model.dashboard.rows[0].state = LinkState::PartiallyRefunded;
            model.dashboard.rows[0].returned = Some(Money::new(2000, Currency::Nok));
        });
        assert!(screen.contains(row), "{screen}");
        let screen = seen(Scene::LinkPaid, (100, 30), lang, |model| {
            let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
            link.state = LinkState::PartiallyRefunded;
            let detail = Some("20.00 NOK".to_owned());
            link.events.push(LinkEvent {
                at: link.changed_at,
                kind: EventKind::PartiallyRefunded,
                detail,
                key: None,
            });
        });
        let one_line = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        // It is wrapped beside the word that fills the other half.
        assert!(kept.split(' ').all(|word| one_line.contains(word)), "{screen}");
    }
}

#[test]
fn a_time_that_is_typed_shows_its_forms_whatever_is_wrong_and_when_it_ends() {
    use paylink::app::check::FieldError;
    use paylink::app::draft::{ExpiryChoice, FieldId};
    let typed = |text: &'static str, error: Option<FieldError>| {
        move |model: &mut Model| {
            model.wizard.draft.expiry = ExpiryChoice::Own;
            model.wizard.draft.expiry_text = text.to_owned();
            if let Some(error) = error {
                models::issue(model, FieldId::ExpiryText, error);
            }
        }
    };
    let wrong = FieldError::Expiry(paylink::domain::expiry::ExpiryError::NotATime);
    let screen = seen(Scene::Order, (80, 24), Lang::Bokmal, typed("snart", Some(wrong)));
    assert!(screen.contains("✕ Ikke et tidspunkt") && screen.contains("30 min, 4 t, 3 d"), "{screen}");
    let screen = seen(Scene::Order, (80, 24), Lang::Bokmal, typed("3 dager", None));
    let row = screen.lines().find(|line| line.contains("3 dager")).expect(&screen);
    assert!(row.contains("25.11. 12:42 (om 3 dager)"), "{screen}");
    let doubt = FieldError::MonthsOrMinutes(5);
    let screen = seen(Scene::Order, (80, 24), Lang::English, typed("5m", Some(doubt)));
    assert!(screen.contains("! 5 months. Minutes: 5 min") && screen.contains("22 Apr"), "{screen}");
}

/// What a camera would see: each cell eight by sixteen points, its glyph in its own colours.
fn picture(buffer: &Buffer) -> (usize, usize, Vec<u8>) {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (wide, high) = (columns * 8, rows * 16);
    let mut points = vec![0_u8; wide * high];
    let grey = |colour: Color, otherwise: u8| match colour {
        Color::Rgb(r, _, _) => r,
        Color::Indexed(15 | 231) => 255,
        Color::Indexed(_) => 0,
        _ => otherwise,
    };
    for (index, cell) in buffer.content().iter().enumerate() {
        let (left, top) = (index % columns * 8, index / columns * 16);
        for y in 0..16 {
            let lit = match cell.symbol() {
                "█" => true,
                "▀" => y < 8,
                "▄" => y >= 8,
                _ => false,
            };
            let value = if lit { grey(cell.fg, 200) } else { grey(cell.bg, 30) };
            for x in 0..8 {
                points[(top + y) * wide + left + x] = value;
            }
        }
    }
    (wide, high, points)
}

#[test]
fn the_qr_code_on_the_screen_can_be_read_at_every_size() {
    for scene in [Scene::LinkLive, Scene::QrFull] {
        for size in [(80, 24), (80, 23), (100, 30), (120, 40), (140, 45), (200, 60)] {
            for theme in
                [plain(), Theme::new(Ground::Light, Depth::True), Theme::new(Ground::Dark, Depth::Mono)]
            {
                let (buffer, ..) = drawn(&scene.model(size), &look(Lang::English, theme), size);
                let (wide, high, points) = picture(&buffer);
                let mut image =
                    rqrr::PreparedImage::prepare_from_greyscale(wide, high, |x, y| points[y * wide + x]);
                let texts: Vec<String> =
                    image.detect_grids().iter().filter_map(|g| g.decode().ok()).map(|(_, t)| t).collect();
                assert_eq!(texts, [models::URL], "{scene:?} {size:?} {theme:?}");
            }
        }
    }
}

#[test]
fn a_code_is_not_shown_once_it_must_not_be_paid() {
    let size = (100, 30);
    let mut model = Scene::QrFull.model(size);
    for state in paylink::domain::link::LinkState::ALL {
        let link = model.link.as_mut().unwrap().link.as_mut().unwrap();
        link.state = state;
        for screen in [paylink::app::model::Screen::Link, paylink::app::model::Screen::QrFull] {
            model.screen = screen;
            let (buffer, ..) = drawn(&model, &look(Lang::English, plain()), size);
            let shown = buffer.content().iter().any(|c| c.bg == Color::Indexed(0));
            assert_eq!(shown, state.payable(), "{screen:?} {state:?}");
        }
    }
}

#[test]
fn the_customers_screen_has_nothing_private_on_it() {
    let size = (100, 30);
    let model = Scene::QrFull.model(size);
    let (buffer, ..) = drawn(&model, &look(Lang::English, plain()), size);
    let text = text(&buffer, None);
    assert!(text.contains("NOK 120.00") && text.contains("Fjordfisk AS"), "{text}");
    assert!(!text.contains("41 23 45") && !text.contains("KARI-"), "{text}");
}
