//! The terminal app, with a config, without one, and as a demo.

use std::sync::Arc;

use super::args;
use super::{Failure, Note, Run, Status};
use crate::config::{ConfigError, Theme};
use crate::i18n::Texts;
use crate::ports::SystemClock;
use crate::runtime::{self, Broken, Engine, Opening};
use crate::ui::{self, Look};
use crate::wiring;
use crate::wiring::workplace::{self, FirstStart, LedgerThread, OpenError};

/// Opens the app. Without a config it asks whether to try the sandbox or to set up an account.
///
/// # Errors
/// The config is wrong, the ledger can't be opened, there's no terminal.
pub fn app(run: &Run) -> Result<Status, Failure> {
    terminal_only(run)?;
    let places = run.places()?.clone();
    match run.config() {
        Ok(config) => {
            // First of all: everything else is done while it opens.
            let thread = LedgerThread::begin(config, &places.data_dir, super::zone::local, runtime::rows());
            let zone = super::zone::local();
            super::asynchronous(run.texts(), async {
                let Some(thread) = thread else {
                    let place = workplace::open(config, &run.env, &places.data_dir).await;
                    let place = place.map_err(|error| not_opened(run.texts(), &error))?;
                    let engine = Engine::new(Some(place), None, Arc::new(SystemClock), zone);
                    return show(run, engine, None).await.map(|waits| ended(run, waits));
                };
                let engine = Engine::opening(wiring::shop(config), Arc::new(SystemClock), zone);
                let waits = show(run, engine, Some(Box::pin(thread.place(config, &run.env)))).await?;
                Ok(ended(run, waits))
            })
        }
        Err(_) if no_config_yet(run) => {
            let host = FirstStart::new(places, run.options.clone(), run.env.clone(), run.texts());
            super::asynchronous(run.texts(), async {
                let zone = super::zone::local();
                let engine = Engine::new(None, Some(Arc::new(host)), Arc::new(SystemClock), zone);
                show(run, engine, None).await.map(|waits| ended(run, waits))
            })
        }
        Err(failure) => Err(failure),
    }
}

/// Whether there's no config, neither at the default place nor at the one that was named: the first start
/// writes it there.
fn no_config_yet(run: &Run) -> bool {
    match &run.config {
        Err(ConfigError::Missing(_)) => true,
        Err(ConfigError::File { file, .. }) => !file.exists(),
        _ => false,
    }
}

/// Opens the app against a sandbox with throw-away data.
///
/// # Errors
/// The sandbox doesn't start, there's no terminal.
pub fn demo(run: &Run, args: &args::Demo) -> Result<Status, Failure> {
    terminal_only(run)?;
    super::asynchronous(run.texts(), async {
        let place = workplace::demo(args.lan).await.map_err(|error| not_opened(run.texts(), &error))?;
        let zone = super::zone::local();
        let engine = Engine::new(Some(place), None, Arc::new(SystemClock), zone);
        // What waits goes with it.
        show(run, engine, None).await.map(|_| Status::Done)
    })
}

/// The app has ended, and so many requests wait: nobody sends them now.
fn ended(run: &Run, waits: usize) -> Status {
    if waits > 0 {
        let said = run.texts().t_args("cli-left-waiting", &[("count", waits.into())]);
        run.note(&Note::new("waiting", said));
    }
    Status::Done
}

async fn show(run: &Run, engine: Engine, opening: Option<Opening<'_, OpenError>>) -> Result<usize, Failure> {
    let look = Look::new(theme(run), run.texts(), engine.now());
    let t = run.texts();
    let engine = engine.with_decimal_mark(t.lang().decimal_mark());
    let engine = engine.with_yes(t.t("key-yes").chars().next().unwrap_or('y'));
    runtime::run(engine, opening, look).await.map_err(|broken| match broken {
        Broken::NotOpened(error) => not_opened(t, &error),
        Broken::NoTerminal(error) => Failure::input(
            "terminal",
            t.t_args("cli-no-terminal", &[("why", t.system(&error).into())]),
            t.t("cli-no-terminal-hint"),
        ),
        Broken::Lost(error) => Failure::new(
            Status::Internal,
            "terminal_lost",
            t.t_args("cli-terminal-lost", &[("why", t.system(&error).into())]),
            t.t("cli-terminal-lost-hint"),
        ),
    })
}

fn theme(run: &Run) -> ui::theme::Theme {
    let wish = match run.config.as_ref().map(|c| c.ui.theme) {
        Ok(Theme::Dark) => Some(ui::theme::Ground::Dark),
        Ok(Theme::Light) => Some(ui::theme::Ground::Light),
        _ => None,
    };
    let var = |name| std::env::var(name).ok();
    let (term, colorterm, colorfgbg) = (var("TERM"), var("COLORTERM"), var("COLORFGBG"));
    ui::theme::Theme::choose(
        wish,
        &ui::theme::Terminal {
            term: term.as_deref(),
            colorterm: colorterm.as_deref(),
            colorfgbg: colorfgbg.as_deref(),
            no_color: (run.options.no_color || run.env.no_color).then_some("1"),
        },
    )
}

fn terminal_only(run: &Run) -> Result<(), Failure> {
    use std::io::IsTerminal;
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    let t = run.texts();
    Err(Failure::input("terminal", t.t("cli-not-a-terminal"), t.t("cli-no-terminal-hint")))
}

/// Why there's no shop.
#[must_use]
pub fn not_opened(texts: Texts, error: &OpenError) -> Failure {
    match error {
        OpenError::Ledger(error) => Failure::ledger(texts, error),
        OpenError::Sandbox(error) => {
            Failure::input("sandbox", texts.say(error), texts.t("cli-no-sandbox-hint"))
        }
    }
}
