//! Timestamps in JSON, exact and readable: RFC 3339 in UTC with nine digits after the second,
//! `2026-11-24T17:32:56.000000001Z`. These texts sort as the times do.
//!
//! Years outside 0 to 9999, which RFC 3339 does not have, are written with a sign and as many digits as they need.
//!
//! A system may know fewer times than JSON can name. On Windows they are multiples of 100 ns from 1601 on: a time between two of
//! them is read as the nearest one towards 1970, so that snapshots of other systems can be read there, and a time out of the
//! system's range is an error.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NANOS: i128 = 1_000_000_000;
const SECONDS_A_DAY: i128 = 24 * 60 * 60;
/// The period of the Gregorian calendar.
const DAYS_IN_400_YEARS: i128 = 400 * 365 + 97;
/// From the first of March of the year 0 to 1970.
const DAYS_TO_1970: i128 = 719_468;

#[cfg_attr(windows, expect(clippy::trivially_copy_pass_by_ref, reason = "`serde` passes a reference"))]
pub(crate) fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_text(*time))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    let nanos = nanos_in_text(&text).ok_or_else(|| {
        D::Error::custom(format_args!(
            "invalid time {text:?}: it must look like \"2026-11-24T17:32:56.000000001Z\""
        ))
    })?;
    time_at(nanos).ok_or_else(|| {
        D::Error::custom(format_args!("invalid time {text:?}: it is out of the range of this system's clock"))
    })
}

fn to_text(time: SystemTime) -> String {
    let nanos = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanos_of(after),
        Err(before) => -nanos_of(before.duration()),
    };
    let (seconds, nanos) = (nanos.div_euclid(NANOS), nanos.rem_euclid(NANOS));
    let (days, second) = (seconds.div_euclid(SECONDS_A_DAY), seconds.rem_euclid(SECONDS_A_DAY));
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let year = if (0..10_000).contains(&year) { format!("{year:04}") } else { format!("{year:+05}") };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
}

fn nanos_of(duration: Duration) -> i128 {
    i128::from(duration.as_secs()) * NANOS + i128::from(duration.subsec_nanos())
}

/// Parses a timestamp, in nanoseconds since 1970; `None` if `text` is not one.
fn nanos_in_text(text: &str) -> Option<i128> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (rest, day) = date.rsplit_once('-')?;
    let (year, month) = rest.rsplit_once('-')?;
    let (year, month, day) = (year_of(year)?, digits(month, 2)?, digits(day, 2)?);
    let days = days_to(year, month, day);
    // Rejects a thirtieth of February, which is another date.
    if date_of(days) != (year, month, day) {
        return None;
    }
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.split(':');
    let mut below = |limit| parts.next().and_then(|part| digits(part, 2)).filter(|part| *part < limit);
    let second = below(24)? * 3_600 + below(60)? * 60 + below(60)?;
    if parts.next().is_some() || fraction.len() > 9 {
        return None;
    }
    let nanos = digits(&format!("{fraction:0<9}"), 9).filter(|_| !fraction.is_empty())?;
    Some((days * SECONDS_A_DAY + second) * NANOS + nanos)
}

/// Returns the time `nanos` after 1970; `None` if this system's clock cannot represent it.
fn time_at(nanos: i128) -> Option<SystemTime> {
    let length = Duration::new(
        u64::try_from(nanos.abs() / NANOS).ok()?,
        u32::try_from(nanos.abs() % NANOS).expect("a remainder is smaller than its divisor"),
    );
    if nanos < 0 { UNIX_EPOCH.checked_sub(length) } else { UNIX_EPOCH.checked_add(length) }
}

/// Parses a year: four digits without a sign, or any number of digits with one.
fn year_of(text: &str) -> Option<i128> {
    let year = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (None, None) => return digits(text, 4),
        (Some(year), _) => digits(year, year.len())?,
        (_, Some(year)) => -digits(year, year.len())?,
    };
    // Beyond the range of any clock, and small enough to compute with.
    (year.abs() < 1_000_000_000_000).then_some(year)
}

/// Parses a number of exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<i128> {
    let all_digits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

/// Returns year, month and day of the day `days` after the first of January 1970.
///
/// Years begin on the first of March here, so that the leap day is the last day of a year.
fn date_of(days: i128) -> (i128, i128, i128) {
    let days = days + DAYS_TO_1970;
    let (era, day_of_era) = (days.div_euclid(DAYS_IN_400_YEARS), days.rem_euclid(DAYS_IN_400_YEARS));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i128::from(month <= 2), month, day)
}

/// Returns the number of days to a date: the inverse of [`date_of`].
fn days_to(year: i128, month: i128, day: i128) -> i128 {
    let year = year - i128::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_IN_400_YEARS + day_of_era - DAYS_TO_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_text(text: &str) -> Option<SystemTime> {
        nanos_in_text(text).and_then(time_at)
    }

    fn at(seconds: i64, nanos: u32) -> SystemTime {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let whole = if seconds < 0 { UNIX_EPOCH - whole } else { UNIX_EPOCH + whole };
        whole + Duration::from_nanos(nanos.into())
    }

    /// Whether this system's clock can represent a time.
    fn is_known(seconds: i64, nanos: u32) -> bool {
        const SECONDS_TO_1970_FROM_1601: i64 = 11_644_473_600;
        !cfg!(windows) || seconds >= -SECONDS_TO_1970_FROM_1601 && nanos.is_multiple_of(100)
    }

    /// The seconds are those of `date -u -d TEXT +%s`.
    #[test]
    fn texts_are_those_of_the_calendar() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00.000000000Z"),
            (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400, 1, "2000-02-29T00:00:00.000000001Z"),
            (951_868_800, 0, "2000-03-01T00:00:00.000000000Z"),
            (-2_203_891_201, 0, "1900-02-28T23:59:59.000000000Z"),
            (-2_203_891_200, 0, "1900-03-01T00:00:00.000000000Z"),
            (1_795_541_576, 123_456_789, "2026-11-24T17:32:56.123456789Z"),
            (4_107_542_399, 0, "2100-02-28T23:59:59.000000000Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000000000Z"),
            (253_402_300_800, 0, "+10000-01-01T00:00:00.000000000Z"),
            (-62_167_219_200, 0, "0000-01-01T00:00:00.000000000Z"),
            (-62_167_219_201, 0, "-0001-12-31T23:59:59.000000000Z"),
        ] {
            let expected = i128::from(seconds) * NANOS + i128::from(nanos);
            assert_eq!(nanos_in_text(text), Some(expected), "{text}");
            if is_known(seconds, nanos) {
                assert_eq!(to_text(at(seconds, nanos)), text);
                assert_eq!(from_text(text), Some(at(seconds, nanos)), "{text}");
            }
        }
    }

    #[test]
    fn a_time_that_no_clock_shows_is_an_error_of_its_own() {
        let read = |text: &str| deserialize(&mut serde_json::Deserializer::from_str(&format!("{text:?}")));
        let error = read("+999999999999-01-01T00:00:00Z").unwrap_err().to_string();
        assert!(error.contains("out of the range of this system's clock"), "{error}");
        assert!(read("1970-13-01T00:00:00Z").unwrap_err().to_string().contains("it must look like"));
        assert_eq!(read("1600-12-31T23:59:59Z").is_err(), cfg!(windows));
        assert!(read("1601-01-01T00:00:00Z").is_ok());
    }

    /// A snapshot of another system can be read; its time is off by less than a step.
    #[test]
    #[cfg(windows)]
    fn finer_times_are_rounded_to_steps_of_the_clock() {
        assert_eq!(from_text("1970-01-01T00:00:01.000000199Z"), Some(at(1, 100)));
        assert_eq!(from_text("1969-12-31T23:59:59.999999801Z"), Some(at(-1, 999_999_900)));
    }

    #[test]
    fn shorter_fractions_are_read() {
        assert_eq!(from_text("1970-01-01T00:00:01Z"), Some(at(1, 0)));
        assert_eq!(from_text("1970-01-01T00:00:01.5Z"), Some(at(1, 500_000_000)));
    }

    #[test]
    fn invalid_texts_are_rejected() {
        for text in [
            "",
            "Z",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-01-01T00:00:00+01:00",
            "1970-01-01T00:00Z",
            "1970-01-01T00:00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.0000000001Z",
            "1970-01-01T00:00:00.-1Z",
            "1970-1-1T00:00:00Z",
            "1970-13-01T00:00:00Z",
            "1970-00-01T00:00:00Z",
            "1970-01-00T00:00:00Z",
            "1970-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2100-04-31T00:00:00Z",
            "70-01-01T00:00:00Z",
            "19é0-01-01T00:00:00Z",
            "+-1970-01-01T00:00:00Z",
            "+-01-01T00:00:00Z",
            "+99999999999999999999999999999999999999-01-01T00:00:00Z",
            "+999999999999999999999999999999999999999999999-01-01T00:00:00Z",
            "+999999999999-01-01T00:00:00Z",
            "-999999999999-01-01T00:00:00Z",
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        for days in -DAYS_IN_400_YEARS..DAYS_IN_400_YEARS {
            let (year, month, day) = date_of(days);
            assert_eq!(days_to(year, month, day), days, "{year}-{month}-{day}");
            assert!((1..=12).contains(&month) && (1..=31).contains(&day), "{year}-{month}-{day}");
        }
    }
}
