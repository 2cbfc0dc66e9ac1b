//! The command line: reads options and environment, runs one command, and turns what came of it into
//! standard output, one line on standard error, and an exit status (contracts, 1).

pub mod app;
pub mod args;
pub mod backup;
pub mod config_command;
pub mod doctor;
pub mod failure;
mod file;
pub mod help;
pub mod human;
pub mod json;
pub mod links;
pub mod log;
pub mod login;
pub mod methods;
pub mod money;
pub mod new;
pub mod note;
pub mod outbox;
pub mod output;
pub mod products;
pub mod qr;
pub mod report;
pub mod sale;
pub mod sandbox;
pub mod secret_input;
mod seen;
pub mod shop;
pub mod usage;
pub mod zone;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use jiff::Timestamp;

pub use failure::{Failure, Status};
pub use json::LinkJson;
pub use note::Note;

use crate::config::paths::Platform;
use crate::config::{Config, ConfigError, Env, Options, Places, language};
use crate::i18n::{self, Lang, LangSource, Texts};
use args::{AppAlone, Args, Command, OutboxAction};
use human::View;
use output::Output;

/// The program: reads the process's command line and environment.
#[must_use]
pub fn main() -> ExitCode {
    let env = Env::from_lookup(|name| std::env::var_os(name));
    run(std::env::args_os(), env)
}

/// Runs `paylink` with these words and this environment.
pub fn run(words: impl IntoIterator<Item = OsString>, env: Env) -> ExitCode {
    let words: Vec<OsString> = words.into_iter().collect();
    // The app alone, the most common start, needs a small parser or none. What that one doesn't know is for the
    // whole one, help and mistakes too.
    let alone = match words.len() {
        0 | 1 => Some(Args::default()),
        _ => AppAlone::try_parse_from(&words).ok().map(|alone| Args { global: alone.global, command: None }),
    };
    let args = match alone.map_or_else(|| Args::try_parse_from(&words), Ok) {
        Ok(args) => args,
        Err(error) => return not_parsed(error, &words, &env),
    };
    let run = match Run::new(&args, env) {
        Ok(run) => run,
        Err((failure, output)) => {
            output.failure(&failure);
            return exit(failure.status);
        }
    };
    let log = run.places.as_ref().ok().map(|places| {
        report::on_panic(places.data_dir.clone(), run.output);
        log::start(&places.data_dir, args.global.verbose, run.env.rust_log.as_deref())
    });
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dispatch(&run, args.command)));
    drop(log);
    match done {
        Ok(Ok(status)) => exit(status),
        Ok(Err(failure)) => {
            let failure = match &run.places {
                Ok(places) => report::on_failure(&places.data_dir, run.output, failure),
                Err(_) => failure,
            };
            run.output.failure(&failure);
            exit(failure.status)
        }
        // The report is written and named by the hook.
        Err(_) => exit(Status::Internal),
    }
}

fn exit(status: Status) -> ExitCode {
    ExitCode::from(status as u8)
}

/// Help, version, or a wrong command line, in the language that is asked for. `--json` counts wherever it stands.
fn not_parsed(error: clap::Error, words: &[OsString], env: &Env) -> ExitCode {
    let json = words.iter().any(|w| w == "--json");
    let texts = language_without_config(words, env);
    let output = Output::new(json, true, texts);
    let error = help::parse_again(words, texts).unwrap_or(error);
    if !error.use_stderr() {
        // Help and version are results.
        return match output.bytes(error.render().to_string().as_bytes()) {
            Ok(()) => exit(Status::Done),
            Err(failure) => exit(failure.status),
        };
    }
    let failure = usage::failure(&error, words, texts);
    output.failure(&failure);
    exit(failure.status)
}

/// The language where options can't be had from the parser and the config is not read: what is said there is found
/// all the same. A language that isn't known is not the mistake that is told here.
fn language_without_config(words: &[OsString], env: &Env) -> Texts {
    let text = |option| help::said(words, option).map(|value| value.to_string_lossy().into_owned());
    let options = Options {
        config: help::said(words, "--config").map(PathBuf::from),
        lang: text("--lang"),
        ..Options::default()
    };
    let places = Places::find(&options, env, Platform::here().as_ref());
    Texts::new(nearest_language(&options, env, places.as_ref().ok().and_then(|p| language::seen(&p.config))))
}

/// The first of the languages wished for that paylink speaks.
fn nearest_language(options: &Options, env: &Env, config: Option<String>) -> Lang {
    [options.lang.as_deref(), env.lang.as_deref(), config.as_deref()]
        .into_iter()
        .flatten()
        .find_map(Lang::from_code)
        .or_else(|| Lang::from_code(&sys_locale::get_locale()?))
        .unwrap_or_default()
}

fn dispatch(run: &Run, command: Option<Command>) -> Result<Status, Failure> {
    match command {
        Some(Command::Config(args)) => config_command::run(run, args.action),
        Some(Command::Completions(args)) => completions(run, args.shell),
        Some(Command::Sandbox(args)) => sandbox::run(run, args),
        Some(Command::Login(args)) => login::login(run, &args),
        Some(Command::Logout) => login::logout(run),
        Some(Command::Doctor) => doctor::run(run),
        Some(Command::Backup(args)) => backup::backup(run, &args),
        Some(Command::Restore(args)) => backup::restore(run, &args),
        Some(Command::Products(args)) => products::run(run, &args.action),
        Some(Command::New(args)) => new::run(run, &args),
        Some(Command::List(args)) => links::list(run, &args),
        Some(Command::Show(args)) => links::show(run, &args),
        Some(Command::Watch(args)) => links::watch(run, &args),
        Some(Command::Qr(args)) => qr::run(run, &args),
        Some(Command::Cancel(args)) => links::cancel(run, &args),
        Some(Command::Capture(args)) => money::capture(run, &args),
        Some(Command::Void(args)) => money::void(run, &args),
        Some(Command::Refund(args)) => money::refund(run, &args),
        Some(Command::Settle(args)) => links::settle(run, &args),
        Some(Command::Outbox(args)) => outbox::run(run, &args.action.unwrap_or(OutboxAction::List)),
        Some(Command::Demo(args)) => app::demo(run, &args),
        None => app::app(run),
    }
}

fn completions(run: &Run, shell: clap_complete::Shell) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::in_words(run.texts()), "paylink", &mut script);
    run.output.bytes(&script)?;
    Ok(Status::Done)
}

/// Runs `work` to its end. What still runs on other threads then is left behind: everything that matters
/// has been waited for.
fn asynchronous<T>(texts: Texts, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // What takes long waits or is on the ledger's own threads; each worker costs the first frame its start.
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|e| Failure::internal(texts, e))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// What a command knows about the run it is part of.
pub struct Run {
    /// What the command line says.
    pub options: Options,
    /// What the environment says.
    pub env: Env,
    /// Config file and data folder.
    pub places: Result<Places, ConfigError>,
    /// The config, read once.
    pub config: Result<Config, ConfigError>,
    /// Where to write.
    pub output: Output,
}

impl Run {
    fn new(args: &Args, env: Env) -> Result<Self, (Failure, Output)> {
        let global = &args.global;
        let options = Options {
            config: global.config.clone(),
            data_dir: global.data_dir.clone(),
            profile: global.profile.clone(),
            lang: global.lang.clone(),
            no_color: global.no_color,
        };
        let platform = Platform::here();
        let places = Places::find(&options, &env, platform.as_ref());
        let config =
            places.as_ref().map_err(Clone::clone).and_then(|p| crate::config::layer::load(p, &options, &env));
        let no_color = options.no_color || env.no_color;
        let said = match &config {
            Ok(config) => config.ui.language.clone(),
            // What is wrong in the file is told in its language.
            Err(_) => places.as_ref().ok().and_then(|p| language::seen(&p.config)),
        };
        let system = sys_locale::get_locale();
        let texts = match i18n::choose(
            options.lang.as_deref(),
            env.lang.as_deref(),
            said.as_deref(),
            system.as_deref(),
        ) {
            Ok(lang) => Texts::new(lang),
            Err(error) => {
                let status = if error.place == LangSource::Option { Status::Usage } else { Status::Input };
                let texts = Texts::new(nearest_language(&options, &env, said));
                let output = Output::new(global.json, no_color, texts);
                return Err((Failure::new(status, "language", texts.say(&error), ""), output));
            }
        };
        let output = Output::new(global.json, no_color, texts);
        Ok(Self { options, env, places, config, output })
    }

    /// The words.
    #[must_use]
    pub const fn texts(&self) -> Texts {
        self.output.texts
    }

    /// Config file and data folder.
    ///
    /// # Errors
    /// There's no home folder.
    pub fn places(&self) -> Result<&Places, Failure> {
        self.places.as_ref().map_err(|e| Failure::config(self.texts(), e))
    }

    /// The config. What it warns about goes to standard error.
    ///
    /// # Errors
    /// There's none, or it's wrong.
    pub fn config(&self) -> Result<&Config, Failure> {
        self.config.as_ref().map_err(|e| Failure::config(self.texts(), e))
    }

    /// Says something beside the results, on standard error.
    pub fn note(&self, note: &Note) {
        self.output.note(note);
    }

    /// How people see links now.
    #[must_use]
    pub fn view(&self) -> View {
        let now = Timestamp::now();
        View { output: self.output, now, theirs: now, zone: zone::local() }
    }
}
