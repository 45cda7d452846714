//! Where log lines go: to standard error, by a thread of its own.
//!
//! A request hands its line over and goes on. When whoever reads standard error has gone away, or does not keep up, lines
//! are lost and counted (`log_lines_lost_total`): a concern must not be lost because nobody reads the log.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::Config;

/// Lines that may wait for the thread that writes them.
const WAITING: usize = 8_192;
/// How long the end of the program waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    /// All lines before this one are written.
    Flush(SyncSender<()>),
}

static QUEUE: OnceLock<SyncSender<Message>> = OnceLock::new();

/// Starts logging as the settings say.
pub fn start(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| format!("MSP_LOG: {error}"))?;
    let (queue, lines) = sync_channel(WAITING);
    let failed = |error: io::Error| format!("logging cannot start: {error}");
    // A handle of its own: whoever else writes to standard error must not wait for a line that nobody reads.
    let file = io::stderr().as_fd().try_clone_to_owned().map_err(failed)?;
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || write(&lines, file.into()))
        .map_err(failed)?;
    let queue = QUEUE.get_or_init(|| queue);
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Lines(queue.clone()));
    let started = match config.log_format.as_str() {
        "json" => logging.json().flatten_event(true).try_init(),
        _ => logging.compact().try_init(),
    };
    started.map_err(|error| error.to_string())?;
    // The usual way writes to standard error from the thread that panicked, with whatever the message quotes.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a defect: a thread panicked");
    }));
    Ok(())
}

/// Waits a moment until what was logged is written: before the program ends.
pub fn flush() {
    let (done, written) = sync_channel(1);
    if let Some(queue) = QUEUE.get()
        && queue.try_send(Message::Flush(done)).is_ok()
    {
        let _ = written.recv_timeout(LAST_LINES);
    }
}

fn write(lines: &Receiver<Message>, mut file: File) {
    while let Ok(message) = lines.recv() {
        match message {
            Message::Line(line) => {
                if file.write_all(&line).is_err() {
                    lost();
                }
            }
            Message::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}

fn lost() {
    metrics::counter!("log_lines_lost_total").increment(1);
}

/// Gives each event a writer.
struct Lines(SyncSender<Message>);

/// Takes the text of one event. It never fails: the subscriber would tell of that on standard error, and panic where
/// there is none.
struct Line {
    text: Vec<u8>,
    queue: SyncSender<Message>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line {
            text: Vec::with_capacity(256),
            queue: self.0.clone(),
        }
    }
}

impl Write for Line {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self
            .queue
            .try_send(Message::Line(std::mem::take(&mut self.text)))
            .is_err()
        {
            lost();
        }
    }
}

/// Refuses a filter whose words are no levels: `chatty` would be taken for the name of a module and log nothing.
pub fn check_filter(filter: &str) -> Result<(), String> {
    // Filters by span may have commas and equals signs of their own.
    if filter.contains('[') {
        return Ok(());
    }
    for directive in filter.split(',') {
        let level = directive.rsplit('=').next().unwrap_or_default().trim();
        if level.parse::<LevelFilter>().is_err() || level.is_empty() {
            return Err(format!(
                "MSP_LOG: {directive:?} is neither error, warn, info, debug, trace or off, nor MODULE=LEVEL"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for fine in [
            "info",
            "WARN",
            "info,access=off",
            "msp_api=debug,warn",
            "[request{id=1,of=2}]=debug",
        ] {
            assert!(check_filter(fine).is_ok(), "{fine}");
        }
        for wrong in ["chatty", "", "nonsense=", "nonsense=,", "info,", "access=loudly"] {
            assert!(check_filter(wrong).is_err(), "{wrong}");
        }
    }
}
