//! The terminal app, with a config, without one, and as a demo.

use std::sync::Arc;

use super::args;
use super::{Failure, Run, Status};
use crate::config::{ConfigError, Theme};
use crate::i18n::Texts;
use crate::ports::SystemClock;
use crate::runtime::{self, Broken, Engine, Host, Workplace};
use crate::ui::{self, Look};
use crate::wiring::workplace::{self, FirstStart, OpenError, Opening};

/// Opens the app. Without a config it asks whether to try the sandbox or to set up an account.
///
/// # Errors
/// The config is wrong, the ledger can't be opened, there's no terminal.
pub fn app(run: &Run) -> Result<Status, Failure> {
    terminal_only(run)?;
    let places = run.places()?.clone();
    match run.config() {
        Ok(config) => {
            // While the ledger opens, the runtime starts and the words are read.
            let opening = Opening::begin(config, &places.data_dir);
            super::asynchronous(run.texts(), async {
                let _ = run.texts().t("key-help");
                let place = workplace::open(config, &run.env, &places.data_dir, opening).await;
                show(run, Some(place.map_err(|error| not_opened(run.texts(), &error))?), None).await
            })
        }
        Err(_) if no_config_yet(run) => {
            let host =
                FirstStart { places, options: run.options.clone(), env: run.env.clone(), texts: run.texts() };
            super::asynchronous(run.texts(), show(run, None, Some(Arc::new(host))))
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
        show(run, Some(place), None).await
    })
}

async fn show(run: &Run, place: Option<Workplace>, host: Option<Arc<dyn Host>>) -> Result<Status, Failure> {
    let zone = super::zone::local();
    let engine = Engine::new(place, host, Arc::new(SystemClock), zone);
    let look = Look::new(theme(run), run.texts(), engine.now());
    let t = run.texts();
    runtime::run(engine, look).await.map_err(|broken| match broken {
        Broken::NoTerminal(error) => Failure::input(
            "terminal",
            t.t_args("cli-no-terminal", &[("why", error.to_string().into())]),
            t.t("cli-no-terminal-hint"),
        ),
        Broken::Lost(error) => Failure::new(
            Status::Internal,
            "terminal_lost",
            t.t_args("cli-terminal-lost", &[("why", error.to_string().into())]),
            t.t("cli-terminal-lost-hint"),
        ),
    })?;
    Ok(Status::Done)
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
