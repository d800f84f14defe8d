//! The labels of a series as one shared text, which is joined and escaped once.
//!
//! A series of a family makes it when it is created, and each snapshot shares it: reading a family copies no names or values, and
//! an encoder of an exposition format copies the text as it is.

use super::escape::push_label;
use super::text::values_from_last;
use crate::sync::unmodelled::Arc;
use std::cmp::Ordering;
use std::fmt;

/// The labels of a series, each a name and a value, in the order they are printed in.
///
/// They never change, and a clone shares them. Compared with a list of pairs they are equal if they have these pairs in this order.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{Counter, DynamicFamily, MetricsRegistry};
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let sales: DynamicFamily<Counter> =
///     registry.family(DynamicFamily::new("sales_total", "Sales", ["fruit", "color"])?);
/// sales.with(&["apple", "\"red\""]).increment();
///
/// let snapshot = registry.snapshot_all();
/// let labels = &snapshot.declared["sales_total"].series[0].labels;
/// assert_eq!(*labels, [("fruit", "apple"), ("color", "\"red\"")]);
/// assert_eq!((labels.get("fruit"), labels.get("size")), (Some("apple"), None));
/// assert_eq!(labels.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["fruit", "color"]);
/// # Ok::<(), tachometer::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct SeriesLabels {
    /// The labels as all exposition formats print them: `a="b",c="d"`. If values had to be escaped, a line feed follows, which is
    /// in no printed label, then these values as they are, then another line feed. `None` if there are no labels.
    text: Option<Arc<str>>,
}

/// Separates the printed labels from the values that had to be escaped, and ends these.
const SEPARATOR: &str = "\n";

impl SeriesLabels {
    /// Joins and escapes labels. The names must be those of labels.
    pub(crate) fn new<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (mut text, mut unescaped) = (String::new(), String::new());
        for (name, value) in labels {
            let expected =
                text.len() + usize::from(!text.is_empty()) + name.len() + value.len() + "=\"\"".len();
            push_label(&mut text, name, value);
            if text.len() > expected {
                unescaped.push_str(value);
            }
        }
        if !unescaped.is_empty() {
            text.extend([SEPARATOR, &unescaped, SEPARATOR]);
        }
        SeriesLabels { text: (!text.is_empty()).then(|| text.into()) }
    }

    /// Joins and escapes the values of a [`LabelText`](super::text::LabelText), whose labels have these names.
    pub(crate) fn of_text(names: &[&str], text: &[u8], omits_empty: bool) -> Self {
        let mut values: Vec<_> = values_from_last(text).collect();
        values.reverse();
        let labels = names.iter().copied().zip(values);
        SeriesLabels::new(labels.filter(|(_, value)| !omits_empty || !value.is_empty()))
    }

    /// Returns the names and the values, unescaped.
    pub fn iter(&self) -> Pairs<'_> {
        let (printed, unescaped) = self.parts();
        Pairs { printed, unescaped }
    }

    /// Returns the value of the label `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Returns the number of labels.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Returns whether there are no labels.
    pub fn is_empty(&self) -> bool {
        self.text.is_none()
    }

    /// Returns the labels as exposition formats print them, without braces: `a="b",c="d"`.
    #[inline]
    pub(crate) fn printed(&self) -> &str {
        self.parts().0
    }

    /// Returns the printed labels, and the values that had to be escaped.
    #[inline]
    fn parts(&self) -> (&str, &str) {
        let text = self.text.as_deref().unwrap_or_default();
        // Printed labels end in a quote.
        match text.strip_suffix(SEPARATOR) {
            Some(text) => text.split_once(SEPARATOR).unwrap_or((text, "")),
            None => (text, ""),
        }
    }

    /// Compares the values of two series that have the same names.
    pub(crate) fn cmp_values(&self, other: &Self) -> Ordering {
        let [(one, escaped), (other_one, other_escaped)] = [self.parts(), other.parts()];
        if !escaped.is_empty() || !other_escaped.is_empty() {
            return self.iter().cmp(other);
        }
        // The texts are the same up to the value that differs. Where one ends first, it has the quote: no other is in it.
        let difference = one.bytes().zip(other_one.bytes()).find(|(one, other)| one != other);
        let rank = |byte: u8| if byte == b'"' { 0 } else { u16::from(byte) + 1 };
        difference.map_or(Ordering::Equal, |(one, other)| rank(one).cmp(&rank(other)))
    }

    /// Returns whether both share one text.
    #[cfg(test)]
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        matches!((&self.text, &other.text), (Some(one), Some(other)) if Arc::ptr_eq(one, other))
    }
}

impl PartialEq for SeriesLabels {
    fn eq(&self, other: &Self) -> bool {
        // The rest of the text follows from what is printed.
        self.text == other.text
    }
}

impl Eq for SeriesLabels {}

impl<N: AsRef<str>, V: AsRef<str>> PartialEq<[(N, V)]> for SeriesLabels {
    fn eq(&self, other: &[(N, V)]) -> bool {
        self.iter().eq(other.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
    }
}

impl<N: AsRef<str>, V: AsRef<str>, const COUNT: usize> PartialEq<[(N, V); COUNT]> for SeriesLabels {
    fn eq(&self, other: &[(N, V); COUNT]) -> bool {
        *self == other[..]
    }
}

impl PartialOrd for SeriesLabels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By the first name or value that differs.
impl Ord for SeriesLabels {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

/// As a list of pairs.
impl fmt::Debug for SeriesLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<'a> IntoIterator for &'a SeriesLabels {
    type Item = (&'a str, &'a str);
    type IntoIter = Pairs<'a>;

    fn into_iter(self) -> Pairs<'a> {
        self.iter()
    }
}

/// The names and the values of [`SeriesLabels`], unescaped.
#[derive(Debug, Clone)]
pub struct Pairs<'a> {
    /// The labels that are left.
    printed: &'a str,
    /// The values among them that had to be escaped.
    unescaped: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.printed.split_at_checked(self.printed.find('=')?)?;
        let rest = rest.strip_prefix("=\"")?;
        let bytes = rest.as_bytes();
        let (mut end, mut escapes) = (0, 0);
        while *bytes.get(end)? != b'"' {
            // A backslash and what it escapes are two bytes, and one in the value.
            let is_escape = usize::from(bytes[end] == b'\\');
            escapes += is_escape;
            end += 1 + is_escape;
        }
        let (printed, rest) = rest.split_at_checked(end)?;
        self.printed = rest.strip_prefix("\",").unwrap_or_default();
        if escapes == 0 {
            return Some((name, printed));
        }
        let (value, unescaped) = self.unescaped.split_at_checked(end - escapes)?;
        self.unescaped = unescaped;
        Some((name, value))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Values of each kind that is treated differently.
    const VALUES: [&str; 16] = [
        "",
        "a",
        "ab",
        "b",
        " ",
        "!",
        "\"",
        "\\",
        "\n",
        "\\n",
        "a\"",
        "a\"b,c=\"d",
        "é",
        "日本語",
        "=\"",
        "\",",
    ];

    fn pairs() -> impl Iterator<Item = [(&'static str, &'static str); 2]> {
        VALUES.iter().flat_map(|one| VALUES.iter().map(move |other| [("one", *one), ("other", *other)]))
    }

    #[test]
    fn labels_come_back_as_they_were() {
        for pairs in pairs() {
            let labels = SeriesLabels::new(pairs);
            assert_eq!(labels, pairs);
            assert_eq!((labels.len(), labels.is_empty()), (2, false));
            assert_eq!((labels.get("other"), labels.get("on")), (Some(pairs[1].1), None));
            assert_eq!(format!("{labels:?}"), format!("{pairs:?}"));
        }
        let none = SeriesLabels::new([]);
        assert_eq!((none.len(), none.is_empty(), none.printed()), (0, true, ""));
        assert_eq!(none, SeriesLabels::default());
    }

    #[test]
    fn printed_labels_are_escaped_and_nothing_else_is_printed() {
        let labels = SeriesLabels::new([("a", "x"), ("b", "1\n2\\3\"4"), ("c", "é"), ("d", "\n")]);
        assert_eq!(labels.printed(), r#"a="x",b="1\n2\\3\"4",c="é",d="\n""#);
        assert_eq!(SeriesLabels::new([("a", "x")]).printed(), "a=\"x\"");
    }

    #[test]
    fn the_order_is_that_of_the_pairs() {
        for one in pairs() {
            for other in pairs() {
                let [left, right] = [one, other].map(SeriesLabels::new);
                assert_eq!(left.cmp(&right), one.cmp(&other), "{left:?} {right:?}");
                assert_eq!(left.cmp_values(&right), one.cmp(&other), "{left:?} {right:?}");
                assert_eq!(left == right, one == other, "{left:?} {right:?}");
            }
        }
        let shorter = SeriesLabels::new([("one", "a")]);
        assert!(shorter < SeriesLabels::new([("one", "a"), ("other", "")]));
        assert!(shorter < SeriesLabels::new([("ones", "")]));
    }

    #[test]
    fn a_clone_shares_its_text() {
        let labels = SeriesLabels::new([("a", "\"")]);
        assert!(labels.is_shared_with(&labels.clone()));
        assert!(!labels.is_shared_with(&SeriesLabels::new([("a", "\"")])));
    }
}
