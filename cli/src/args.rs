//! Arguments of the commands, and their help.

use crate::diff::{self, Format, Thresholds};
use crate::rules;
use crate::scrape::Target;
use crate::top;
use crate::top::Column;
use lexopt::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    Help(&'static str),
    Top(top::Options),
    Diff(diff::Options),
    Rules(rules::Options),
}

const HELP: &str = "\
Shows the functions of programs that use the library `tachometer`.

usage: tachometer top URL                   a live table of an endpoint
       tachometer diff OLD.json NEW.json    what differs between two runs
       tachometer rules URL|FILE…           Prometheus rules for objectives
       tachometer COMMAND --help

Exit status: 0 if all is well, 1 if a threshold of `diff` is exceeded, 2 if
arguments are wrong or something cannot be read.
";

const TOP: &str = "\
Shows the instrumented functions of a program, live.

usage: tachometer top URL [OPTION…]

URL is an endpoint with the Prometheus text format that has the families
`function_calls_total` and so on; `localhost:9464` is enough.

  --interval SECONDS  time between two scrapes (2)
  --sort COLUMN       name, calls, errors, panics, cancelled, in-flight, p50,
                      p95, p99, max or busy (busy)
  --filter TEXT       only functions whose module, name or labels have it
  --once              print the table once, without colours or a terminal:
                      totals since the start of the program; with --interval,
                      what happens between two scrapes

Columns, over the last interval or since the start:
  calls/s   calls that have ended            errors  share of calls with an Err
  panics, cancelled   calls that ended so    in flight   calls running now
  busy      time in the function by time that passed; over 100% if calls overlap
  p50, p95, p99   interpolated inside the classic bucket of the endpoint that
            contains them, as `histogram_quantile` of Prometheus does: only as
            exact as its bounds are close, and never beyond the longest call
  max       exact if it is the longest call since the start; else \u{2264} the bound
            of its bucket

Keys: \u{2190} \u{2192} or s, S  column to sort by    r  other way round    /  filter
      \u{2191} \u{2193} PgUp PgDn  scroll    t  interval or since the start
      p or space  pause    q, Esc or Ctrl-C  quit
";

const DIFF: &str = "\
Compares two runs of a program, function by function: the share of calls that
failed, and how long calls took.

usage: tachometer diff OLD.json NEW.json [OPTION…]

OLD and NEW are snapshots in JSON, as the library writes them with the feature
`json`: FullSnapshot::to_json, an exporter to a file, TACHOMETER_REPORT=x.json,
/snapshot.json of the endpoint. Each is one whole run, such as a benchmark
before and after a change; the numbers of calls need not be the same. Two
snapshots of the same run are refused: the later one contains the earlier.

Thresholds, each for every function that both runs have called:
  --max-error-increase POINTS  of the share of errors and panics, in percentage
                               points: 0.5 allows 1.0% after 0.5%
  --max-mean-increase PERCENT  of the mean duration: 10% allows 11 ms after 10
  --max-p50-increase, --max-p95-increase, --max-p99-increase PERCENT
                               of a percentile; these are known to 4.6%, so less
                               than 10% finds differences that are none
  --min-calls N                functions with fewer timed calls in either run
                               have no threshold of durations (100)
  --fail-if-missing            functions that OLD has called, NEW must call

  --filter TEXT                only functions whose module, name or labels have
                               it
  --format text|markdown|json

Exit status: 0 within the thresholds, 1 if one is exceeded, 2 if arguments are
wrong or a file cannot be read.
";

const RULES: &str = "\
Writes Prometheus rules for the objectives of functions: recording rules and
alerts on how fast the error budget burns.

usage: tachometer rules URL|FILE…  > rules.yml

Each URL is an endpoint, and each FILE a snapshot in JSON or a text of
Prometheus; they are read for the series `slo_objective`. A name with `://` or
a port (`localhost:9464`) is a URL, unless there is such a file.
";

/// Reads the arguments of the process.
pub(crate) fn read(mut parser: lexopt::Parser) -> Result<Command, String> {
    let command = match parser.next().map_err(wrong)? {
        Some(Short('h') | Long("help")) => return Ok(Command::Help(HELP)),
        Some(Short('V') | Long("version")) => {
            return Ok(Command::Help(concat!("tachometer ", env!("CARGO_PKG_VERSION"), "\n")));
        }
        Some(Value(command)) => command,
        Some(other) => return Err(wrong(other.unexpected())),
        None => return Err("expected a command: top, diff or rules; --help explains them".to_owned()),
    };
    match command.to_str() {
        Some("top") => top(&mut parser),
        Some("diff") => diff(&mut parser),
        Some("rules") => rules(&mut parser),
        Some("help") => Ok(Command::Help(HELP)),
        _ => Err(format!(
            "unknown command {:?}; the commands are top, diff and rules",
            command.to_string_lossy()
        )),
    }
}

fn top(parser: &mut lexopt::Parser) -> Result<Command, String> {
    let mut target = None;
    let mut options = top::Options::new();
    while let Some(argument) = parser.next().map_err(wrong)? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help(TOP)),
            Long("once") => options.is_once = true,
            Long("interval") => options.interval = Some(seconds(&text(parser)?)?),
            Long("sort") => options.sort = column(&text(parser)?)?,
            Long("filter") => options.filter = text(parser)?,
            Value(value) if target.is_none() => {
                let address = value.string().map_err(wrong)?;
                target = Some(Target::new(&address)?);
            }
            other => return Err(wrong(other.unexpected())),
        }
    }
    options.target = target;
    match &options.target {
        Some(_) => Ok(Command::Top(options)),
        None => Err("top: expected the URL of an endpoint, such as localhost:9464".to_owned()),
    }
}

fn diff(parser: &mut lexopt::Parser) -> Result<Command, String> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut thresholds = Thresholds::new();
    let (mut filter, mut format) = (String::new(), Format::Text);
    while let Some(argument) = parser.next().map_err(wrong)? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help(DIFF)),
            Long("max-error-increase") => thresholds.error = Some(percent(&text(parser)?)?),
            Long("max-mean-increase") => thresholds.mean = Some(percent(&text(parser)?)?),
            Long("max-p50-increase") => thresholds.p50 = Some(percent(&text(parser)?)?),
            Long("max-p95-increase") => thresholds.p95 = Some(percent(&text(parser)?)?),
            Long("max-p99-increase") => thresholds.p99 = Some(percent(&text(parser)?)?),
            Long("min-calls") => {
                let number = text(parser)?;
                thresholds.min_calls =
                    number.parse().map_err(|error| format!("--min-calls {number:?}: {error}"))?;
            }
            Long("fail-if-missing") => thresholds.fails_if_missing = true,
            Long("filter") => filter = text(parser)?,
            Long("format") => {
                format = match text(parser)?.as_str() {
                    "text" => Format::Text,
                    "markdown" => Format::Markdown,
                    "json" => Format::Json,
                    other => return Err(format!("--format {other:?}: expected text, markdown or json")),
                }
            }
            Value(file) => files.push(file.into()),
            other => return Err(wrong(other.unexpected())),
        }
    }
    match <[PathBuf; 2]>::try_from(files) {
        Ok([old, new]) => Ok(Command::Diff(diff::Options { old, new, thresholds, filter, format })),
        Err(files) => Err(format!("diff: expected two files, OLD.json and NEW.json; found {}", files.len())),
    }
}

fn rules(parser: &mut lexopt::Parser) -> Result<Command, String> {
    let mut sources = Vec::new();
    while let Some(argument) = parser.next().map_err(wrong)? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help(RULES)),
            Value(source) => sources.push(source),
            other => return Err(wrong(other.unexpected())),
        }
    }
    if sources.is_empty() {
        return Err("rules: expected the URL of an endpoint or a file".to_owned());
    }
    Ok(Command::Rules(rules::Options { sources }))
}

fn text(parser: &mut lexopt::Parser) -> Result<String, String> {
    parser.value().and_then(ValueExt::string).map_err(wrong)
}

/// Returns an error that shows no control character: arguments may come from a file.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn wrong(error: lexopt::Error) -> String {
    crate::text::clean(&error.to_string())
}

fn seconds(number: &str) -> Result<Duration, String> {
    const RANGE: std::ops::RangeInclusive<f64> = 0.1..=3600.0;
    match number.parse::<f64>() {
        Ok(seconds) if RANGE.contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("--interval {number:?}: expected a number of seconds from 0.1 to 3600")),
    }
}

/// Reads `10%` or `10`, and returns a share of one.
fn percent(number: &str) -> Result<f64, String> {
    match number.strip_suffix('%').unwrap_or(number).parse::<f64>() {
        Ok(percent) if percent >= 0.0 && percent.is_finite() => Ok(percent / 100.0),
        _ => Err(format!("{number:?} is no threshold: expected a number that is not negative, such as 10%")),
    }
}

fn column(name: &str) -> Result<Column, String> {
    Column::named(name).ok_or_else(|| {
        let names: Vec<_> = Column::ALL.iter().map(|column| column.option()).collect();
        format!("--sort {name:?}: the columns are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        read(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn options_are_read() {
        let Ok(Command::Top(top)) = parsed("top h:1 --once --interval=0.5 --sort p99 --filter x") else {
            panic!()
        };
        assert!(top.is_once && top.interval == Some(Duration::from_millis(500)) && top.sort == Column::P99);
        let Ok(Command::Diff(diff)) = parsed("diff a --max-p99-increase 10% b --max-error-increase .5")
        else {
            panic!()
        };
        assert_eq!((diff.thresholds.p99, diff.thresholds.error), (Some(0.1), Some(0.005)));
        assert_eq!(diff.thresholds.min_calls, 100);
        let Ok(Command::Rules(rules)) = parsed("rules a b") else { panic!() };
        assert_eq!(rules.sources, ["a", "b"]);
    }

    #[test]
    fn mistakes_are_named() {
        for (line, part) in [
            ("", "top, diff or rules"),
            ("tap", "unknown command \"tap\""),
            ("top", "URL"),
            ("top h:1 h:2", "h:2"),
            ("top h:1 --interval 0", "0.1 to 3600"),
            ("top h:1 --interval nan", "0.1 to 3600"),
            ("top h:1 --sort size", "in-flight"),
            ("top h:1 --sort", "--sort"),
            ("top https://h", "TLS"),
            ("diff a", "found 1"),
            ("diff a b c", "found 3"),
            ("diff a b --max-p99-increase -1", "not negative"),
            ("diff a b --max-p99-increase inf", "no threshold"),
            ("diff a b --format xml", "markdown"),
            ("diff a b --max-p98-increase 1", "max-p98-increase"),
            ("rules", "expected the URL"),
        ] {
            let error = parsed(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn helps_fit_on_a_terminal_and_name_all_columns() {
        for help in [HELP, TOP, DIFF, RULES] {
            let long = help.lines().find(|line| crate::text::width(line) > 80);
            assert_eq!(long, None);
        }
        for column in Column::ALL {
            assert!(TOP.contains(column.option()));
        }
    }
}
