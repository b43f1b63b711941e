//! The `rextrack` program: command line, OSC mode and service on top of the library.
//!
//! Exit codes: 0 success, 1 failure at work, 2 wrong usage or configuration.

mod cli;
mod cli_error;
mod cmds;
mod log_file;
mod logging;
mod manager;
mod options;
mod output;
mod reload_triggers;
mod schema;
mod server;
mod signals;
mod sinks;
mod store;
mod time;

use clap::Parser;

use cli::{Cli, Command};
use cli_error::CliError;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Run(args) => cmds::run::run(args),
        Command::Serve(args) => cmds::serve::run(args),
        Command::Reload(args) => cmds::reload::run(args),
        Command::ValidateConfig(args) => cmds::validate_config::run(args),
        Command::ListModels(args) => cmds::list_models::run(args),
        Command::Doctor(args) => cmds::doctor::run(args),
        Command::Schema(args) => cmds::schema::run(args),
        Command::DetectMot(args) => cmds::detect_mot::run(args),
        Command::TrackMot(args) => cmds::track_mot::run(args),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(CliError { code, message }) => {
            if let Some(message) = message {
                // Each error of a configuration is a line.
                for line in message.lines() {
                    eprintln!("rextrack: {}", rextrack::internals::address::one_line(line));
                }
            }
            code
        }
    }
}
