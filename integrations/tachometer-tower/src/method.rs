//! Request methods: those that are known, each with an index.

use http::Method;

/// The number of known methods, and one for all others.
pub(crate) const METHODS: usize = 10;

const NAMES: [&str; METHODS] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "_OTHER"];

/// The method of a request. A client may send any word as a method, so all that are not known are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownMethod(u8);

impl KnownMethod {
    pub(crate) const HEAD: Self = KnownMethod(1);
    pub(crate) const CONNECT: Self = KnownMethod(5);

    #[inline]
    pub(crate) fn of(method: &Method) -> Self {
        KnownMethod(match *method {
            Method::GET => 0,
            Method::HEAD => 1,
            Method::POST => 2,
            Method::PUT => 3,
            Method::DELETE => 4,
            Method::CONNECT => 5,
            Method::OPTIONS => 6,
            Method::TRACE => 7,
            Method::PATCH => 8,
            _ => 9,
        })
    }

    #[inline]
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_method_has_its_name_and_others_have_none() {
        for name in NAMES {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(KnownMethod::of(&method).name(), name);
        }
        for other in ["get", "Get", "PROPFIND", "x"] {
            let method = Method::from_bytes(other.as_bytes()).unwrap();
            assert_eq!(KnownMethod::of(&method).name(), "_OTHER");
        }
        let of = |method| KnownMethod::of(&method);
        assert_eq!((of(Method::HEAD), of(Method::CONNECT)), (KnownMethod::HEAD, KnownMethod::CONNECT));
    }
}
