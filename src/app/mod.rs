//! What happens next: state, messages, effects. Pure: no I/O, no clock, no async.
//!
//! [`update`] turns a message into a changed [`Model`] and a list of [`Effect`]s; the runtime carries
//! those out and brings their answers back as messages. Drawing only reads the model.

pub mod check;
mod dashboard;
pub mod draft;
pub mod effect;
pub mod field;
pub mod help;
pub mod key;
pub mod keys;
mod link_screen;
mod list;
pub mod model;
pub mod msg;
mod news;
mod online;
mod overlay;
pub mod pace;
pub mod say;
mod steps;
mod tracking;
mod turn;
mod welcome;

pub use effect::Effect;
pub use model::{Model, Now};
pub use msg::Msg;

use draft::{Defaults, FieldId};
use key::Key;
use keys::{Action, Context};
use model::{Dashboard, ListScreen, Net, QrWish, Screen, SetUpForm, Target, Tone, Tracking, Wizard};
use msg::{Failed, Reply, Timer};
use say::Say;
use turn::Turn;

use crate::domain::link::LinkState;
use crate::ports::Profile;

/// The model at the start, and what is to be done first. `shop` is `None` without a config: the app
/// then asks whether to try the sandbox or to set up an account.
#[must_use]
pub fn start(shop: Option<model::Shop>, size: (u16, u16)) -> (Model, Vec<Effect>) {
    let effects = match shop {
        Some(_) => first_questions(),
        None => Vec::new(),
    };
    let screen = if shop.is_some() { Screen::Dashboard } else { Screen::Welcome };
    let model = Model {
        size,
        shop,
        screen,
        overlay: None,
        toast: None,
        paid_told_at: None,
        net: Net::Unknown,
        clock_off_by: None,
        dashboard: Dashboard::default(),
        wizard: Wizard::default(),
        link: None,
        qr: QrWish::default(),
        list: ListScreen::default(),
        set_up: SetUpForm::default(),
        tracking: Tracking::default(),
        defaults: Defaults::default(),
        doubtful: None,
        looking_for_draft: true,
        came_from: Screen::Dashboard,
        decimal_mark: ',',
        yes: 'y',
        quitting: false,
    };
    (model, effects)
}

/// What is asked as soon as there is a shop.
fn first_questions() -> Vec<Effect> {
    vec![Effect::LoadDashboard, Effect::LoadRemembered, Effect::LoadProfile]
}

/// What `msg` does.
pub fn update(model: &mut Model, msg: Msg, now: &Now) -> Vec<Effect> {
    let mut t = Turn { model, now, out: Vec::new() };
    let sight = (t.model.screen, t.model.link.as_ref().map(|l| l.id));
    let mut replan = tracking::set_back(&mut t) || matches!(msg, Msg::Due(_) | Msg::Reply(_));
    let by_hand = matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Click(..));
    if by_hand {
        replan |= tracking::touched(&mut t);
    }
    match msg {
        Msg::Reply(reply) => self::reply(&mut t, reply),
        Msg::Due(timer) => due(&mut t, timer),
        Msg::Resized(columns, rows) => t.model.size = (columns, rows),
        Msg::StoryDrawn(beyond) => link_screen::drawn(&mut t, beyond),
        Msg::CodeDrawn(lacks) => link_screen::code_drawn(&mut t, lacks),
        Msg::LedgerChanged => tracking::look_if_changed(&mut t),
        Msg::Stop => quit(&mut t),
        // What comes after the end was asked for is too late.
        _ if t.model.quitting => {}
        // Nobody sees what it would do: no sale is sent from behind a window that is too small.
        Msg::Key(key) if model::too_small(t.model.size) => key_unseen(&mut t, key),
        Msg::Paste(_) | Msg::Click(..) | Msg::Scroll(_) if model::too_small(t.model.size) => {}
        Msg::Key(key) => self::key(&mut t, key),
        Msg::Paste(text) => paste(&mut t, &text),
        Msg::Click(target, column) => click(&mut t, target, column),
        Msg::Scroll(rows) => scroll(&mut t, rows),
    }
    if by_hand && !t.model.quitting {
        online::look(&mut t);
    }
    replan |= sight != (t.model.screen, t.model.link.as_ref().map(|l| l.id));
    if replan && !t.model.quitting {
        tracking::arrange(&mut t);
    }
    t.out
}

/// Whether `action` can be done right now: the footer shows only what can.
#[must_use]
pub fn available(model: &Model, action: Action) -> bool {
    match (model.context(), action) {
        (_, Action::Quit | Action::Help | Action::Redraw | Action::Suspend) => true,
        (Context::Dashboard, _) => dashboard::available(model, action),
        (Context::Payment | Context::Products | Context::Order | Context::Delivery, _) => {
            steps::available(model, action)
        }
        (Context::Link | Context::QrFull, _) => link_screen::available(model, action),
        (Context::List, _) => list::available(model, action),
        (Context::Welcome | Context::SetUp, _) => !model.set_up.busy || action == Action::Back,
        (Context::Help | Context::Confirm | Context::Global, _) => true,
    }
}

/// Whether the footer tells of `action`: it can be done, and is not only for a case that isn't this one.
#[must_use]
pub fn offered(model: &Model, action: Action) -> bool {
    available(model, action)
        && (action != Action::CopyMail || link_screen::shown(model).is_some_and(news::to_be_mailed))
}

/// Whether something waits that the screen shown can send: what "send now" is about.
#[must_use]
pub fn something_to_send(model: &Model) -> bool {
    match (model.beneath(), &model.link) {
        (Context::Link, Some(screen)) => {
            link_screen::waiting::can_be_sent(model)
                || link_screen::refused_for_nothing(model)
                || screen.link.as_ref().is_some_and(|l| l.state.in_outbox() && l.state != LinkState::Refused)
        }
        _ => !model.dashboard.outbox.is_empty(),
    }
}

/// Whether "cancel" takes something out of the outbox on the screen shown, and leaves the link as it is.
#[must_use]
pub fn drops_what_waits(model: &Model) -> bool {
    model.beneath() == Context::Link && link_screen::waiting::first(model).is_some()
}

/// Whether the form for an account is filled in, so that going on saves it.
#[must_use]
pub fn saves_account(model: &Model) -> bool {
    welcome::saves(&model.set_up)
}

fn key(t: &mut Turn<'_>, key: Key) {
    t.was_read();
    match keys::action(t.model.context(), key) {
        // The letter of another language is another key on the screen below the question.
        Some(Action::Yes) if key.typed().is_some_and(|c| c != 'y' && c != t.model.yes) => {}
        Some(action) => act(t, action, Some(key)),
        None => match t.model.context() {
            Context::Payment | Context::Products | Context::Order | Context::Delivery => {
                steps::type_in(t, key);
            }
            Context::List => list::type_in(t, key),
            Context::SetUp => welcome::type_in(t, key),
            _ => {}
        },
    }
    steps::still_resumed(t);
}

/// A key while nothing can be shown: one may leave.
fn key_unseen(t: &mut Turn<'_>, key: Key) {
    if let Some(action @ (Action::Quit | Action::Suspend | Action::Redraw)) =
        keys::action(t.model.context(), key)
    {
        act(t, action, Some(key));
    }
}

/// Does what a key or a click means where we are.
fn act(t: &mut Turn<'_>, action: Action, key: Option<Key>) {
    match action {
        // In a moment: what is being taken out of the outbox would be nowhere. Signals wait for nothing.
        Action::Quit if link_screen::changing(t.model) => return,
        Action::Quit => return quit(t),
        Action::Suspend => {
            // Whatever happens to a stopped program, what was typed is kept.
            steps::keep_now(t);
            return t.ask(Effect::Suspend);
        }
        Action::Redraw => return t.ask(Effect::Redraw),
        Action::Help if t.model.overlay.is_none() => return overlay::show_help(t),
        _ => {}
    }
    match t.model.context() {
        Context::Help | Context::Confirm => overlay::act(t, action),
        Context::Welcome | Context::SetUp => welcome::act(t, action),
        Context::Dashboard => dashboard::act(t, action),
        Context::Payment | Context::Products | Context::Order | Context::Delivery => {
            steps::act(t, action, key);
        }
        Context::Link | Context::QrFull => link_screen::act(t, action),
        Context::List => list::act(t, action, key),
        Context::Global => {}
    }
}

/// The end: what must not be lost is kept first.
fn quit(t: &mut Turn<'_>) {
    t.model.quitting = true;
    steps::keep_now(t);
    t.ask(Effect::Quit);
}

fn paste(t: &mut Turn<'_>, text: &str) {
    t.was_read();
    match t.model.context() {
        Context::Payment | Context::Products | Context::Order | Context::Delivery => steps::paste(t, text),
        Context::List => list::paste(t, text),
        Context::SetUp => welcome::paste(t, text),
        _ => {}
    }
}

fn click(t: &mut Turn<'_>, target: Target, column: u16) {
    t.was_read();
    if let Target::Do(action) = target {
        if available(t.model, action) {
            act(t, action, None);
        }
        return;
    }
    if t.model.overlay.is_some() {
        return;
    }
    match target {
        Target::Step(step) => steps::jump(t, step),
        Target::Row(row) if t.model.screen == Screen::List => list::click(t, row),
        Target::Row(row) => dashboard::click(t, row),
        Target::Field(field) if t.model.screen == Screen::SetUp => welcome::click(t, field, column),
        Target::Field(FieldId::Search) if t.model.screen == Screen::List => {
            t.model.list.search.caret_to_column(usize::from(column));
        }
        Target::Field(field) => steps::click(t, field, column),
        Target::Choice(field, choice) => steps::choose(t, field, choice),
        Target::Do(_) => {}
    }
}

fn scroll(t: &mut Turn<'_>, rows: i16) {
    match t.model.context() {
        Context::Help => overlay::scroll(t, rows),
        Context::Dashboard => dashboard::move_by(t, isize::from(rows)),
        Context::List => list::move_by(t, isize::from(rows)),
        Context::Link => link_screen::scroll(t, rows),
        Context::Payment | Context::Products => steps::scroll(t, rows),
        _ => {}
    }
}

fn due(t: &mut Turn<'_>, timer: Timer) {
    match timer {
        Timer::KeepDraft => steps::keep_now(t),
        Timer::Track | Timer::Outbox | Timer::Clock | Timer::Line => tracking::due(t, timer),
    }
}

fn reply(t: &mut Turn<'_>, reply: Reply) {
    match reply {
        Reply::Dashboard(news) => dashboard::news(t, *news),
        Reply::Remembered { draft, qr, defaults } => steps::remembered(t, draft, qr, defaults),
        Reply::Draft(draft) => steps::found_draft(t, draft),
        Reply::Reference(text) => steps::proposed(t, text),
        Reply::ReferenceUsed(text, used) => steps::reference_used(t, text, used),
        Reply::Profile(outcome) => {
            online::profile_told(t, outcome.as_ref().err());
            profile(t, outcome.ok());
        }
        Reply::Knocked(outcome) => {
            online::knocked(t, outcome.as_ref().err());
            profile(t, outcome.ok());
        }
        Reply::Kept(result) => steps::kept(t, result),
        Reply::Link(link, outbox) => link_screen::loaded(t, *link, outbox),
        Reply::NoLink(id) => {
            steps::not_sent(t, id);
            link_screen::gone(t, id);
        }
        Reply::Sent(link, fault) => link_screen::sent(t, *link, fault),
        Reply::Stands(link) => link_screen::stands(t, *link),
        Reply::Changed(link, fault, draft) => link_screen::changed(t, *link, fault, *draft),
        Reply::Waited(link, waited) => link_screen::waiting::ended(t, *link, waited),
        Reply::Tracked { changed, gone, there, fault, skew, requests } => {
            t.model.tracking.pace.cost(t.now.at, requests);
            tracking::told(t, gone, &there);
            tracking::tracked(t, changed, fault, skew);
        }
        Reply::Strange(links) => tracking::strange(t, links),
        Reply::Cancelled(link, trouble) => link_screen::cancelled(t, *link, trouble),
        Reply::Found { ticket, rows, offset, total, all } => {
            list::found(t, ticket, rows, offset, (total, all));
        }
        Reply::Copied(true) => t.say(Tone::Info, Say::Copied),
        Reply::Copied(false) => t.say(Tone::Info, Say::CopiedByTerminal),
        Reply::MailOpened(id, opened) => link_screen::mail_opened(t, id, opened),
        Reply::PageOpened(true) => {}
        Reply::PageOpened(false) => t.say(Tone::Warning, Say::NoBrowser),
        Reply::Played(Ok(())) => tracking::look_now(t),
        Reply::Played(Err(cause)) => t.say(Tone::Warning, Say::CannotPlay(cause)),
        Reply::SetUp(result) => welcome::set_up(t, result),
        Reply::SignedIn(Ok(())) => online::answered(t),
        Reply::SignedIn(Err(fault)) => online::net_of(t, &fault),
        Reply::Net(net) => online::net(t, net),
        Reply::Clock(skew) => tracking::skewed(t, skew),
        Reply::LedgerTrouble(failed, error) => {
            not_done(t, failed);
            t.say(Tone::Error, Say::Ledger(error));
        }
    }
}

/// What the customer can pay with, where it could be read.
fn profile(t: &mut Turn<'_>, profile: Option<Profile>) {
    if let Some(profile) = profile {
        t.model.wizard.profile = Some(profile.types);
        steps::offer(t.model);
        steps::refresh(t);
    }
}

/// What waits for something that the ledger has failed at waits no more. Nothing else: a sale that is on its way
/// stays so, whatever else could not be read meanwhile.
fn not_done(t: &mut Turn<'_>, failed: Failed) {
    match failed {
        Failed::Proposal => steps::proposal_failed(t),
        Failed::Drafts => t.model.looking_for_draft = false,
        Failed::Draft(id) => steps::not_kept(t, id),
        Failed::Reading(id) => steps::fate_unknown(t, id),
        Failed::Doing(id) => link_screen::not_done(t, id),
        Failed::Round => tracking::ledger_failed(t),
        Failed::List(ticket) => list::not_found(t, ticket),
        Failed::Other => {}
    }
}

#[cfg(test)]
pub(crate) mod testing;
