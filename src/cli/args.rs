//! The command line (contracts, 1): which commands, options and values there are. What they are for is said
//! once, in the help's language files (`assets/lang/*-help.ftl`), and put to them by `help.rs`.
#![allow(missing_docs)]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// The whole of it.
#[derive(Debug, Default, Parser)]
#[command(name = "paylink", version, max_term_width = 100, propagate_version = false)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The app alone. Reading this takes a tenth of the time that reading [`Args`] does, and the app's first frame
/// waits for it.
#[derive(Debug, Parser)]
#[command(name = "paylink", disable_help_flag = true)]
pub struct AppAlone {
    #[command(flatten)]
    pub global: Global,
}

/// What holds for every command, before or after its name.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Global {
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    #[arg(long, global = true, value_name = "CODE")]
    pub lang: Option<String>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true)]
    pub no_color: bool,
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(Demo),
    Sandbox(Sandbox),
    New(Box<New>),
    List(List),
    Show(Show),
    Watch(Watch),
    Qr(Qr),
    Cancel(One),
    Capture(Capture),
    Void(One),
    Refund(Refund),
    Settle(One),
    Outbox(Outbox),
    Products(Products),
    Login(Login),
    Logout,
    Config(ConfigCommand),
    Doctor,
    Backup(Backup),
    Restore(Restore),
    Completions(Completions),
}

/// `demo`
#[derive(Debug, Clone, ClapArgs)]
pub struct Demo {
    #[arg(long)]
    pub lan: bool,
}

/// `sandbox`
#[derive(Debug, Clone, ClapArgs)]
pub struct Sandbox {
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
}

/// `new`
#[derive(Debug, Clone, ClapArgs)]
pub struct New {
    #[arg(long = "item", value_name = "ITEM", required = true, allow_hyphen_values = true)]
    pub items: Vec<String>,
    #[arg(long = "method", value_name = "METHOD")]
    pub methods: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
    #[arg(long)]
    pub allow_duplicate_reference: bool,
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    #[arg(long, conflicts_with = "no_auto_capture")]
    pub auto_capture: bool,
    #[arg(long)]
    pub no_auto_capture: bool,
    #[arg(long, conflicts_with = "address")]
    pub express: bool,
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    #[arg(long, value_name = "PHONE", group = "delivery")]
    pub sms: Option<String>,
    #[arg(long, value_name = "ADDRESS", group = "delivery")]
    pub email: Option<String>,
    #[arg(long, group = "delivery")]
    pub link: bool,
    #[arg(long, conflicts_with = "wait")]
    pub offline: bool,
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
}

/// `list`
#[derive(Debug, Clone, ClapArgs)]
pub struct List {
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    #[arg(long = "state", value_name = "STATE")]
    pub states: Vec<String>,
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub limit: u32,
    #[arg(long)]
    pub offline: bool,
}

/// `show`
#[derive(Debug, Clone, ClapArgs)]
pub struct Show {
    #[arg(value_name = "REF")]
    pub reference: String,
    #[arg(long)]
    pub offline: bool,
}

/// `watch`
#[derive(Debug, Clone, ClapArgs)]
pub struct Watch {
    #[arg(value_name = "REF")]
    pub reference: String,
}

/// `cancel`, `void`, `settle`
#[derive(Debug, Clone, ClapArgs)]
pub struct One {
    #[arg(value_name = "REF")]
    pub reference: String,
}

/// `backup`
#[derive(Debug, Clone, ClapArgs)]
pub struct Backup {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long, action = clap::ArgAction::Count)]
    pub force: u8,
}

/// `restore`
#[derive(Debug, Clone, ClapArgs)]
pub struct Restore {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long)]
    pub yes: bool,
}

/// `capture`
#[derive(Debug, Clone, ClapArgs)]
pub struct Capture {
    #[arg(value_name = "REF")]
    pub reference: String,
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
}

/// `refund`
#[derive(Debug, Clone, ClapArgs)]
pub struct Refund {
    #[arg(value_name = "REF")]
    pub reference: String,
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `qr`
#[derive(Debug, Clone, ClapArgs)]
pub struct Qr {
    #[arg(value_name = "REF")]
    pub reference: String,
    #[arg(long, value_name = "FILE", conflicts_with = "svg")]
    pub png: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    #[arg(long, value_enum, ignore_case = true, default_value_t = Level::M)]
    pub level: Level,
    #[arg(long)]
    pub offline: bool,
}

/// How much of a QR code may be unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    #[value(name = "L")]
    L,
    #[value(name = "M")]
    M,
    #[value(name = "Q")]
    Q,
}

/// `outbox`
#[derive(Debug, Clone, ClapArgs)]
pub struct Outbox {
    #[command(subcommand)]
    pub action: Option<OutboxAction>,
}

/// `outbox list|send|drop`
#[derive(Debug, Clone, Subcommand)]
pub enum OutboxAction {
    List,
    Send(One),
    Drop(One),
}

/// `products`
#[derive(Debug, Clone, ClapArgs)]
pub struct Products {
    #[command(subcommand)]
    pub action: ProductsAction,
}

/// `products list|import|export`
#[derive(Debug, Clone, Subcommand)]
pub enum ProductsAction {
    List,
    Import(ProductsImport),
    Export(ProductsExport),
}

/// `products import`
#[derive(Debug, Clone, ClapArgs)]
pub struct ProductsImport {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long)]
    pub dry_run: bool,
}

/// `products export`
#[derive(Debug, Clone, ClapArgs)]
pub struct ProductsExport {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long)]
    pub force: bool,
}

/// `login`
#[derive(Debug, Clone, ClapArgs)]
pub struct Login {
    #[arg(long, value_name = "ID")]
    pub account_id: Option<String>,
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    #[arg(long)]
    pub secret_stdin: bool,
    #[arg(long, value_name = "ID")]
    pub profile_id: Option<String>,
    #[arg(long, value_name = "URL")]
    pub return_url: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub merchant_name: Option<String>,
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    #[arg(long, value_name = "URL")]
    pub checkout_url: Option<String>,
}

/// `config`
#[derive(Debug, Clone, ClapArgs)]
pub struct ConfigCommand {
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// `config path|check|show`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigAction {
    Path,
    Check,
    Show,
}

/// `completions`
#[derive(Debug, Clone, ClapArgs)]
pub struct Completions {
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
