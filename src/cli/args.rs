//! The command line (contracts, 1).

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Take a payment by link from a laptop.
#[derive(Debug, Default, Parser)]
#[command(name = "paylink", version, max_term_width = 100, propagate_version = false)]
#[command(
    after_help = "Without a command the terminal app opens. `paylink demo` tries it without an account.\n\
                        Exit status: 0 done, 1 internal error, 2 command line, 3 input or config, 4 not signed in,\n\
                        5 backend not reached (kept in the outbox), 6 refused, 7 outcome unknown, 8 --wait without payment."
)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command; none opens the app.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command, before or after its name.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The config file [env: PAYLINK_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of ledger and logs [env: PAYLINK_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The profile of the config to use [env: PAYLINK_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The language: en or nb [env: PAYLINK_LANG]
    #[arg(long, global = true, value_name = "CODE")]
    pub lang: Option<String>,
    /// Print JSON on standard output, and errors as JSON on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// No colours [env: NO_COLOR]
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Write more to the log (twice for all); RUST_LOG is an alternative
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The app against a sandbox with throw-away data: no account, no config, no network
    Demo(Demo),
    /// The Dintero-compatible sandbox server alone
    Sandbox(Sandbox),
    /// Make a payment link and deliver it
    New(Box<New>),
    /// Show all links, newest first
    List(List),
    /// Show a link with its story
    Show(Show),
    /// Follow a link until it is settled
    Watch(Watch),
    /// Draw a link's QR code
    Qr(Qr),
    /// Withdraw a link before it is paid
    Cancel(One),
    /// Withdraw reserved money
    Capture(Capture),
    /// Release reserved money
    Void(One),
    /// Give money back
    Refund(Refund),
    /// Say that a link's alarms are dealt with
    Settle(One),
    /// See, send or drop what waits to be sent
    Outbox(Outbox),
    /// Check the API client and keep its secret in the system keyring
    Login(Login),
    /// Forget the client secret
    Logout,
    /// See where the config is, check it, or show it
    Config(ConfigCommand),
    /// Check config, keyring, backend, credentials, clock, data and terminal
    Doctor,
    /// Print the completions for a shell
    Completions(Completions),
}

/// `demo`
#[derive(Debug, Clone, ClapArgs)]
pub struct Demo {
    /// Make the customer's page reachable from phones on this network
    #[arg(long)]
    pub lan: bool,
}

/// `sandbox`
#[derive(Debug, Clone, ClapArgs)]
pub struct Sandbox {
    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Keep the sandbox's data in this file
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
}

/// `new`
#[derive(Debug, Clone, ClapArgs)]
pub struct New {
    /// A product line, DESCRIPTION;QUANTITY;UNIT_PRICE[;VAT_PERCENT]; can be repeated
    #[arg(long = "item", value_name = "ITEM", required = true, allow_hyphen_values = true)]
    pub items: Vec<String>,
    /// A payment method (vipps, card, …, or a type such as dintero_psp.vipps), or all; can be repeated
    #[arg(long = "method", value_name = "METHOD")]
    pub methods: Vec<String>,
    /// The order reference; left out, the next one is made
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
    /// Take the reference even if a live or paid link has it
    #[arg(long)]
    pub allow_duplicate_reference: bool,
    /// How long it can be paid: 15min, 4h, 1d, 1w, 1m (a calendar month), today, or a date and time
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// Withdraw the money when the customer pays
    #[arg(long, conflicts_with = "no_auto_capture")]
    pub auto_capture: bool,
    /// Reserve the money until it is captured
    #[arg(long)]
    pub no_auto_capture: bool,
    /// The customer fills in the address (Checkout Express)
    #[arg(long, conflicts_with = "address")]
    pub express: bool,
    /// The customer's address, 'Name;Street;Code;Place;NO'
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// Send it to this phone
    #[arg(long, value_name = "PHONE", group = "delivery")]
    pub sms: Option<String>,
    /// It goes to this e-mail address (you send the mail)
    #[arg(long, value_name = "ADDRESS", group = "delivery")]
    pub email: Option<String>,
    /// Just make the link (the default)
    #[arg(long, group = "delivery")]
    pub link: bool,
    /// Send nothing now: keep it in the outbox
    #[arg(long, conflicts_with = "wait")]
    pub offline: bool,
    /// Wait for the payment, at most so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
}

/// `list`
#[derive(Debug, Clone, ClapArgs)]
pub struct List {
    /// Only links with these words in reference, description, phone, e-mail, name or id
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Only links in this state; can be repeated
    #[arg(long = "state", value_name = "STATE")]
    pub states: Vec<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub limit: u32,
    /// Ask nobody: what is known here
    #[arg(long)]
    pub offline: bool,
}

/// `show`
#[derive(Debug, Clone, ClapArgs)]
pub struct Show {
    /// Reference, link id, session id or transaction id
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Ask nobody: what is known here
    #[arg(long)]
    pub offline: bool,
}

/// `watch`
#[derive(Debug, Clone, ClapArgs)]
pub struct Watch {
    /// Reference, link id, session id or transaction id
    #[arg(value_name = "REF")]
    pub reference: String,
}

/// `cancel`, `void`, `settle`
#[derive(Debug, Clone, ClapArgs)]
pub struct One {
    /// Reference, link id, session id or transaction id
    #[arg(value_name = "REF")]
    pub reference: String,
}

/// `capture`
#[derive(Debug, Clone, ClapArgs)]
pub struct Capture {
    /// Reference, link id, session id or transaction id
    #[arg(value_name = "REF")]
    pub reference: String,
    /// A part of it; left out, all that is reserved
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
}

/// `refund`
#[derive(Debug, Clone, ClapArgs)]
pub struct Refund {
    /// Reference, link id, session id or transaction id
    #[arg(value_name = "REF")]
    pub reference: String,
    /// A part of it; left out, all that was withdrawn
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
    /// Why, for your own records at the payment service
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `qr`
#[derive(Debug, Clone, ClapArgs)]
pub struct Qr {
    /// Reference, link id, session id or transaction id
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Write a PNG picture (- for standard output)
    #[arg(long, value_name = "FILE", conflicts_with = "svg")]
    pub png: Option<PathBuf>,
    /// Write an SVG picture (- for standard output)
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Error correction: how much of the code may be unreadable
    #[arg(long, value_enum, ignore_case = true, default_value_t = Level::M)]
    pub level: Level,
    /// Ask nobody: what is known here
    #[arg(long)]
    pub offline: bool,
}

/// How much of a QR code may be unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// 7 %: the smallest code.
    #[value(name = "L")]
    L,
    /// 15 %
    #[value(name = "M")]
    M,
    /// 25 %: for glare.
    #[value(name = "Q")]
    Q,
}

/// `outbox`
#[derive(Debug, Clone, ClapArgs)]
pub struct Outbox {
    /// What to do; left out: list
    #[command(subcommand)]
    pub action: Option<OutboxAction>,
}

/// `outbox list|send|drop`
#[derive(Debug, Clone, Subcommand)]
pub enum OutboxAction {
    /// Show what waits
    List,
    /// Send it now, also where the seller has to decide: the first request is taken as lost
    Send(One),
    /// Never send it
    Drop(One),
}

/// `login`
#[derive(Debug, Clone, ClapArgs)]
pub struct Login {
    /// The account, T or P and eight digits
    #[arg(long, value_name = "ID")]
    pub account_id: Option<String>,
    /// The API client
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Read the client secret from standard input
    #[arg(long)]
    pub secret_stdin: bool,
    /// The Dintero payment profile, for a first config
    #[arg(long, value_name = "ID")]
    pub profile_id: Option<String>,
    /// Where the customer lands after paying, for a first config
    #[arg(long, value_name = "URL")]
    pub return_url: Option<String>,
    /// Your name as customers know it, for a first config
    #[arg(long, value_name = "NAME")]
    pub merchant_name: Option<String>,
    /// The API, for a first config
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// The checkout, for a first config
    #[arg(long, value_name = "URL")]
    pub checkout_url: Option<String>,
}

/// `config`
#[derive(Debug, Clone, ClapArgs)]
pub struct ConfigCommand {
    /// What to do
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// `config path|check|show`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigAction {
    /// Where config and data are
    Path,
    /// Whether the config is right
    Check,
    /// What is in force, from file, environment and defaults; never a secret
    Show,
}

/// `completions`
#[derive(Debug, Clone, ClapArgs)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn global_options_go_before_and_after_the_command() {
        for line in
            [["paylink", "--json", "--lang", "nb", "list"], ["paylink", "list", "--json", "--lang", "nb"]]
        {
            let args = Args::try_parse_from(line).unwrap();
            assert!(args.global.json);
            assert_eq!(args.global.lang.as_deref(), Some("nb"));
        }
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        let base = ["paylink", "new", "--item", "a;1;1"];
        for pair in [
            ["--sms=+4741234567", "--email=a@example.com"],
            ["--sms=+4741234567", "--link"],
            ["--express", "--address=a"],
            ["--auto-capture", "--no-auto-capture"],
        ] {
            assert!(Args::try_parse_from(base.into_iter().chain(pair)).is_err(), "{pair:?}");
        }
        assert!(Args::try_parse_from(["paylink", "new"]).is_err());
        assert!(Args::try_parse_from(base).is_ok());
    }
}
