//! The labels of the 18 series, as enums and as strings, and which of them a call counts in.

use fastrand::Rng;
use measured::FixedCardinalityLabel;
use prometheus_client::encoding::EncodeLabelValue;
use std::hint::black_box;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tachometer::LabelValue;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue, FixedCardinalityLabel, LabelValue)]
pub(crate) enum Kind {
    Mail,
    Resize,
    Report,
    Import,
    Export,
    Cleanup,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue, FixedCardinalityLabel, LabelValue)]
pub(crate) enum Urgency {
    Low,
    Usual,
    High,
}

impl Kind {
    const ALL: [Kind; 6] =
        [Kind::Mail, Kind::Resize, Kind::Report, Kind::Import, Kind::Export, Kind::Cleanup];

    /// For libraries that take strings.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Mail => "mail",
            Kind::Resize => "resize",
            Kind::Report => "report",
            Kind::Import => "import",
            Kind::Export => "export",
            Kind::Cleanup => "cleanup",
        }
    }
}

impl Urgency {
    const ALL: [Urgency; 3] = [Urgency::Low, Urgency::Usual, Urgency::High];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Urgency::Low => "low",
            Urgency::Usual => "usual",
            Urgency::High => "high",
        }
    }
}

const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
const PATHS: [&str; 6] = [
    "/api/v1/users",
    "/api/v1/users/:id",
    "/api/v1/orders",
    "/api/v1/orders/:id",
    "/api/v1/orders/:id/items",
    "/api/v1/orders/:id/invoice",
];

pub(crate) const SERIES: usize = Kind::ALL.len() * Urgency::ALL.len();

/// The labels of one series, in either form.
pub(crate) struct Labels {
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    pub(crate) urgency: Urgency,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// What a histogram observes.
    pub(crate) value: u64,
}

impl Labels {
    const fn new(number: usize) -> Self {
        let (row, column) = (number / Urgency::ALL.len(), number % Urgency::ALL.len());
        Labels {
            number,
            kind: Kind::ALL[row],
            urgency: Urgency::ALL[column],
            method: METHODS[column],
            path: PATHS[row],
            value: 5 << (number % 14), // all over the bounds, and above them
        }
    }
}

pub(crate) static LABELS: [Labels; SERIES] = {
    let mut labels = [const { Labels::new(0) }; SERIES];
    let mut number = 0;
    while number < SERIES {
        labels[number] = Labels::new(number);
        number += 1;
    }
    labels
};

/// How many choices there are before they begin anew: more than a branch predictor can learn, and a power of two.
const CHOICES: usize = 1 << 16;

static CHOSEN: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let mut random = Rng::with_seed(18);
    let choice = |_| u8::try_from(random.usize(..SERIES)).expect("there are 18");
    (0..CHOICES).map(choice).collect()
});

/// A place of its own in the choices for each thread: two that go the same way in step would meet at each series.
fn place() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        // Relaxed: no two threads get the same number, and that is all.
        static PLACE: usize = THREADS.fetch_add(1, Ordering::Relaxed) * (CHOICES / 2 + 1_001);
    }
    PLACE.with(|place| *place)
}

/// The loop of every row, as [`repeat`](crate::row::repeat): calls with labels, of which neither the compiler nor the
/// processor knows which come next.
#[inline]
pub(crate) fn each<T>(calls: u64, call: impl Fn(&'static Labels) -> T) {
    let (chosen, mut place) = (&CHOSEN[..], place());
    for _ in 0..calls {
        let labels = &LABELS[usize::from(chosen[place % CHOICES])];
        place += 1;
        black_box(&call(black_box(labels)));
    }
}

/// The sum of what the series counted, of which there are all, and each has counted.
pub(crate) fn all(counts: impl IntoIterator<Item = u64>) -> u64 {
    let counts: Vec<u64> = counts.into_iter().collect();
    assert!(counts.len() == SERIES && !counts.contains(&0), "a series is missing or empty: {counts:?}");
    counts.iter().sum()
}

/// [`all`], of a count for each set of labels.
pub(crate) fn all_of(count: impl Fn(&'static Labels) -> u64) -> u64 {
    all(LABELS.iter().map(count))
}
