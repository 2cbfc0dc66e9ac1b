//! paylink's binary: hands over to the command line.

fn main() -> std::process::ExitCode {
    paylink::cli::main()
}
