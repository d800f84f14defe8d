//! The source that is compiled: functions of a few lines, as a service has them.

use std::fmt::Write;

pub(super) const FUNCTIONS: usize = 500;

/// Modules of this many functions of either kind.
const A_MODULE: usize = 5;

const HEAD: &str = "\
//! Made by a benchmark.

/// Why a function failed.
#[derive(Debug)]
pub enum Failure {
    /// Not a number.
    Parse(std::num::ParseIntError),
    /// Above the limit.
    TooLarge(u64),
}

impl From<std::num::ParseIntError> for Failure {
    fn from(error: std::num::ParseIntError) -> Self {
        Failure::Parse(error)
    }
}
";

/// A library of [`FUNCTIONS`] functions, each under `annotation`, and what polls the async ones: the body of a future that
/// nothing polls becomes no code.
pub(super) fn functions(annotation: &str) -> String {
    let mut source = HEAD.to_owned();
    for module in 0..FUNCTIONS / (2 * A_MODULE) {
        let mut polls = String::new();
        write!(source, "\npub mod module_{module} {{\n    use super::Failure;\n\n").expect(STRING);
        for number in 1..=A_MODULE {
            source += &not_async(annotation, number);
            source += &is_async(annotation, number);
            writeln!(
                polls,
                "let _ = std::pin::pin!(wait_{number}(String::new(), 7)).poll(context).is_ready();"
            )
            .expect(STRING);
        }
        write!(source, "pub fn poll(context: &mut std::task::Context<'_>) {{\n{polls}}}\n}}\n")
            .expect(STRING);
    }
    source
}

const STRING: &str = "a string takes everything";

fn not_async(annotation: &str, number: usize) -> String {
    format!(
        "\
{annotation}
pub fn parse_{number}(text: &str, limit: u64) -> Result<u64, Failure> {{
    let number: u64 = text.trim().parse()?;
    if number > limit {{
        return Err(Failure::TooLarge(number));
    }}
    Ok(number + {number})
}}

"
    )
}

fn is_async(annotation: &str, number: usize) -> String {
    format!(
        "\
{annotation}
pub async fn wait_{number}(text: String, limit: u64) -> Result<String, Failure> {{
    let number = parse_{number}(&text, limit)?;
    std::future::ready(()).await;
    Ok(format!(\"{{text}}: {{number}}\"))
}}

"
    )
}

/// One of either kind, to be shown.
pub(super) fn sample() -> String {
    let annotation = "#[instrumented]";
    format!("{}{}\n", not_async(annotation, 1), is_async(annotation, 1).trim_end())
}

#[test]
fn every_function_is_annotated() {
    assert_eq!(functions("#[inline]").matches("#[inline]\npub ").count(), FUNCTIONS);
}
