//! The one table of keys. Handling, footer and help all come from it.

use super::key::{Code, Key};
use super::model::Model;

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// To the next step, or make the link.
    Next,
    /// To the screen before.
    Back,
    /// Leave the program.
    Quit,
    /// Put the program in the background (Ctrl-Z).
    Suspend,
    /// Show all keys.
    Help,
    /// Draw everything anew.
    Redraw,
    /// Begin a new link.
    New,
    /// Open what is chosen.
    Open,
    /// One up.
    Up,
    /// One down.
    Down,
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// To the next field.
    NextField,
    /// To the field before.
    PreviousField,
    /// Tick or untick, or choose.
    Toggle,
    /// Tick all methods.
    All,
    /// A new product line.
    AddLine,
    /// Remove the product line.
    RemoveLine,
    /// Bring back what was removed last.
    Undo,
    /// Throw the draft away and start over.
    ClearDraft,
    /// Copy the link's address.
    Copy,
    /// Open the mail program.
    Email,
    /// Open the link in the browser.
    OpenPage,
    /// The QR code alone, as large as it gets.
    QrFull,
    /// Another level of error correction.
    QrLevel,
    /// Another way of drawing.
    QrDrawing,
    /// Send what waits now; look anew.
    SendNow,
    /// Withdraw the link, or what is queued.
    Cancel,
    /// Change what is queued, before it is sent.
    Change,
    /// Make another link with the same lines.
    Again,
    /// All links.
    List,
    /// Search.
    Search,
    /// Another filter.
    Filter,
    /// Take back what hides links: the filter, then the search.
    ShowAll,
    /// Copy the mail's text (where no mail program is).
    CopyMail,
    /// To the links with alarms.
    Alarms,
    /// Dealt with: take the alarm away.
    Settle,
    /// Sandbox: the customer opens the link.
    PlayOpen,
    /// Sandbox: the customer pays.
    PlayPay,
    /// Sandbox: the customer declines.
    PlayDecline,
    /// Yes, in a question.
    Yes,
    /// No, in a question.
    No,
    /// Welcome: try the sandbox.
    TrySandbox,
    /// Welcome: set up an account.
    SetUp,
}

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere.
    Global,
    /// The first start.
    Welcome,
    /// The form for an account, at the first start.
    SetUp,
    /// Step 1.
    Dashboard,
    /// Step 2.
    Payment,
    /// Step 3.
    Products,
    /// Step 4.
    Order,
    /// Step 5.
    Delivery,
    /// The link.
    Link,
    /// The QR code alone.
    QrFull,
    /// All links.
    List,
    /// The keys.
    Help,
    /// A question.
    Confirm,
}

impl Context {
    /// In the order shown in the help.
    pub const ALL: [Self; 13] = [
        Self::Global,
        Self::Welcome,
        Self::SetUp,
        Self::Dashboard,
        Self::Payment,
        Self::Products,
        Self::Order,
        Self::Delivery,
        Self::Link,
        Self::QrFull,
        Self::List,
        Self::Help,
        Self::Confirm,
    ];
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where.
    pub context: Context,
    /// The keys, the one shown first.
    pub keys: &'static [Key],
    /// What it does.
    pub action: Action,
    /// The message id of its words: `key-…` in the language files.
    pub text: &'static str,
    /// Its place in the footer, lowest first; 0: only in the help.
    pub footer: u8,
}

const fn row(
    context: Context,
    keys: &'static [Key],
    action: Action,
    text: &'static str,
    footer: u8,
) -> Binding {
    Binding { context, keys, action, text, footer }
}

const fn k(code: Code) -> Key {
    Key::plain(code)
}
const fn c(ch: char) -> Key {
    Key::char(ch)
}
const fn ctrl(ch: char) -> Key {
    Key::ctrl(ch)
}

use Action as A;
use Context as C;

/// Every key of the program.
pub const TABLE: &[Binding] = &[
    row(C::Global, &[k(Code::F(1))], A::Help, "key-help", 0),
    row(C::Global, &[ctrl('c'), ctrl('q')], A::Quit, "key-quit", 0),
    row(C::Global, &[ctrl('l')], A::Redraw, "key-redraw", 0),
    row(C::Global, &[ctrl('z')], A::Suspend, "key-suspend", 0),
    // Welcome
    row(C::Welcome, &[c('s'), k(Code::Enter)], A::TrySandbox, "key-try-sandbox", 1),
    row(C::Welcome, &[c('a')], A::SetUp, "key-set-up", 2),
    row(C::Welcome, &[c('q'), k(Code::Esc)], A::Quit, "key-quit", 9),
    row(C::Welcome, &[c('?')], A::Help, "key-help", 10),
    row(C::SetUp, &[k(Code::Tab), k(Code::Down)], A::NextField, "key-next-field", 1),
    row(C::SetUp, &[Key::shift(Code::Tab), k(Code::Up)], A::PreviousField, "key-previous-field", 0),
    row(C::SetUp, &[k(Code::Enter), ctrl('n')], A::Next, "key-save-account", 2),
    row(C::SetUp, &[k(Code::Esc), ctrl('p')], A::Back, "key-back", 3),
    // Dashboard
    row(C::Dashboard, &[c('n')], A::New, "key-new", 1),
    row(C::Dashboard, &[k(Code::Enter), k(Code::Right)], A::Open, "key-open", 2),
    row(C::Dashboard, &[c('!')], A::Alarms, "key-alarms", 6),
    row(C::Dashboard, &[k(Code::Up), c('k')], A::Up, "key-up", 0),
    row(C::Dashboard, &[k(Code::Down), c('j')], A::Down, "key-down", 0),
    row(C::Dashboard, &[k(Code::PageUp)], A::PageUp, "key-page-up", 0),
    row(C::Dashboard, &[k(Code::PageDown)], A::PageDown, "key-page-down", 0),
    row(C::Dashboard, &[k(Code::Home), c('g')], A::Top, "key-top", 0),
    row(C::Dashboard, &[k(Code::End), c('G')], A::Bottom, "key-bottom", 0),
    row(C::Dashboard, &[c('l')], A::List, "key-list", 3),
    row(C::Dashboard, &[c('/')], A::Search, "key-search", 4),
    row(C::Dashboard, &[c('s')], A::SendNow, "key-send-now", 5),
    row(C::Dashboard, &[c('q')], A::Quit, "key-quit", 9),
    row(C::Dashboard, &[c('?')], A::Help, "key-help", 10),
    // 2 Payment
    row(C::Payment, &[k(Code::Up), c('k'), Key::shift(Code::Tab)], A::Up, "key-up", 0),
    row(C::Payment, &[k(Code::Down), c('j'), k(Code::Tab)], A::Down, "key-down", 0),
    row(C::Payment, &[c(' ')], A::Toggle, "key-toggle", 1),
    row(C::Payment, &[c('a')], A::All, "key-all-methods", 2),
    row(C::Payment, &[ctrl('x')], A::ClearDraft, "key-clear-draft", 5),
    row(C::Payment, &[k(Code::Enter), ctrl('n')], A::Next, "key-next", 3),
    row(C::Payment, &[k(Code::Esc), ctrl('p')], A::Back, "key-back", 4),
    row(C::Payment, &[c('?')], A::Help, "key-help", 10),
    // 3 Products
    row(C::Products, &[k(Code::Enter), k(Code::Tab)], A::NextField, "key-next-field", 1),
    row(C::Products, &[Key::shift(Code::Tab)], A::PreviousField, "key-previous-field", 0),
    row(C::Products, &[k(Code::Up)], A::Up, "key-up", 0),
    row(C::Products, &[k(Code::Down)], A::Down, "key-down", 0),
    row(C::Products, &[ctrl('d')], A::RemoveLine, "key-remove-line", 2),
    row(C::Products, &[ctrl('z')], A::Undo, "key-undo", 3),
    row(C::Products, &[ctrl('n')], A::Next, "key-next", 4),
    row(C::Products, &[k(Code::Esc), ctrl('p')], A::Back, "key-back", 5),
    row(C::Products, &[ctrl('x')], A::ClearDraft, "key-clear-draft", 6),
    // 4 Order
    row(C::Order, &[k(Code::Tab), k(Code::Down)], A::NextField, "key-next-field", 1),
    row(C::Order, &[Key::shift(Code::Tab), k(Code::Up)], A::PreviousField, "key-previous-field", 0),
    row(C::Order, &[k(Code::Left)], A::Left, "key-choose-left", 2),
    row(C::Order, &[k(Code::Right)], A::Right, "key-choose-right", 0),
    row(C::Order, &[k(Code::Enter), ctrl('n')], A::Next, "key-next", 3),
    row(C::Order, &[k(Code::Esc), ctrl('p')], A::Back, "key-back", 4),
    // 5 Delivery
    row(C::Delivery, &[k(Code::Tab), k(Code::Down)], A::NextField, "key-next-field", 1),
    row(C::Delivery, &[Key::shift(Code::Tab), k(Code::Up)], A::PreviousField, "key-previous-field", 0),
    row(C::Delivery, &[k(Code::Left)], A::Left, "key-choose-left", 2),
    row(C::Delivery, &[k(Code::Right)], A::Right, "key-choose-right", 0),
    row(C::Delivery, &[k(Code::Enter), ctrl('n')], A::Next, "key-make-link", 3),
    row(C::Delivery, &[k(Code::Esc), ctrl('p')], A::Back, "key-back", 4),
    // The link
    row(C::Link, &[c('c')], A::Copy, "key-copy", 1),
    row(C::Link, &[c('e')], A::Email, "key-email", 2),
    row(C::Link, &[c('f')], A::QrFull, "key-qr-full", 3),
    row(C::Link, &[c('s')], A::SendNow, "key-send-now", 4),
    row(C::Link, &[c('r')], A::Change, "key-change", 5),
    row(C::Link, &[c('x')], A::Cancel, "key-cancel", 5),
    row(C::Link, &[c('n')], A::New, "key-new", 6),
    row(C::Link, &[c('a')], A::Again, "key-again", 7),
    row(C::Link, &[c('b')], A::OpenPage, "key-open-page", 0),
    row(C::Link, &[c('m')], A::CopyMail, "key-copy-mail", 3),
    row(C::Link, &[c('v')], A::QrLevel, "key-qr-level", 0),
    row(C::Link, &[c('d')], A::QrDrawing, "key-qr-drawing", 0),
    row(C::Link, &[c('!')], A::Settle, "key-settle", 0),
    row(C::Link, &[c('1')], A::PlayOpen, "key-play-open", 11),
    row(C::Link, &[c('2')], A::PlayPay, "key-play-pay", 12),
    row(C::Link, &[c('3')], A::PlayDecline, "key-play-decline", 13),
    row(C::Link, &[k(Code::Up), c('k')], A::Up, "key-up", 0),
    row(C::Link, &[k(Code::Down), c('j')], A::Down, "key-down", 0),
    row(C::Link, &[k(Code::Esc), c('q'), k(Code::Left), ctrl('p')], A::Back, "key-to-dashboard", 9),
    row(C::Link, &[c('?')], A::Help, "key-help", 10),
    // The QR code alone
    row(C::QrFull, &[k(Code::Esc), c('f'), c('q'), k(Code::Enter)], A::Back, "key-back", 1),
    row(C::QrFull, &[c('v')], A::QrLevel, "key-qr-level", 2),
    row(C::QrFull, &[c('d')], A::QrDrawing, "key-qr-drawing", 3),
    row(C::QrFull, &[c('c')], A::Copy, "key-copy", 4),
    row(C::QrFull, &[c('n')], A::New, "key-new", 5),
    row(C::QrFull, &[c('?')], A::Help, "key-help", 10),
    // All links
    row(C::List, &[k(Code::Enter)], A::Open, "key-open", 1),
    row(C::List, &[k(Code::Tab)], A::Filter, "key-filter", 2),
    row(C::List, &[ctrl('x')], A::ShowAll, "key-show-all", 3),
    row(C::List, &[k(Code::Up)], A::Up, "key-up", 0),
    row(C::List, &[k(Code::Down)], A::Down, "key-down", 0),
    row(C::List, &[k(Code::PageUp)], A::PageUp, "key-page-up", 0),
    row(C::List, &[k(Code::PageDown)], A::PageDown, "key-page-down", 0),
    row(C::List, &[k(Code::Esc), ctrl('p')], A::Back, "key-back", 4),
    // Help
    row(C::Help, &[k(Code::Esc), c('?'), c('q'), k(Code::Enter), k(Code::F(1))], A::Back, "key-back", 1),
    row(C::Help, &[k(Code::Up), c('k')], A::Up, "key-up", 0),
    row(C::Help, &[k(Code::Down), c('j')], A::Down, "key-down", 0),
    row(C::Help, &[k(Code::PageUp)], A::PageUp, "key-page-up", 0),
    row(C::Help, &[k(Code::PageDown), c(' ')], A::PageDown, "key-page-down", 0),
    // A question
    row(C::Confirm, &[c('y'), c('j')], A::Yes, "key-yes", 1),
    row(C::Confirm, &[c('n'), k(Code::Esc)], A::No, "key-no", 2),
];

/// What `key` means in `context`, if anything. The context's own rows win over the global ones.
#[must_use]
pub fn action(context: Context, key: Key) -> Option<Action> {
    let find = |wanted: Context| {
        TABLE.iter().find(|b| b.context == wanted && b.keys.contains(&key)).map(|b| b.action)
    };
    find(context).or_else(|| find(Context::Global))
}

/// The rows of the footer in `context` that work right now, in order.
pub fn footer(model: &Model, context: Context) -> impl Iterator<Item = &'static Binding> {
    let mut rows: Vec<&'static Binding> = TABLE
        .iter()
        .filter(|b| b.context == context && b.footer > 0 && super::offered(model, b.action))
        .collect();
    rows.sort_by_key(|b| b.footer);
    rows.into_iter()
}
