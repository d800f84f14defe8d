//! Floats in JSON: finite ones as numbers, others as texts, for JSON has no numbers for them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "`serde` hands a reference")]
pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        return serializer.serialize_f64(*value);
    }
    let text = if value.is_nan() {
        "NaN"
    } else if *value > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    };
    text.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Raw {
        Number(f64),
        Text(String),
    }
    match Raw::deserialize(deserializer)? {
        Raw::Number(value) => Ok(value),
        Raw::Text(text) => match text.as_str() {
            "NaN" => Ok(f64::NAN),
            "+Inf" => Ok(f64::INFINITY),
            "-Inf" => Ok(f64::NEG_INFINITY),
            other => Err(Error::custom(format!(
                "invalid number {other:?}: the only numbers in quotes are \"NaN\", \"+Inf\" and \"-Inf\""
            ))),
        },
    }
}
