//! `15/minute`.

use std::{fmt, str::FromStr, time::Duration};

/// So many calls in such a time.
///
/// ```
/// use server_kit::throttle::Rate;
///
/// let rate: Rate = "15/minute".parse()?;
/// assert_eq!(rate.count(), 15);
/// assert!("fast".parse::<Rate>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    const ALL: [(&str, Self); 4] =
        [("second", Self::Second), ("minute", Self::Minute), ("hour", Self::Hour), ("day", Self::Day)];

    const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }
}

impl Rate {
    /// For calls with credentials, where nothing else is set.
    pub const ANON: Self = Self { count: 15, unit: Unit::Minute };
    /// For signed-in people, where nothing else is set.
    pub const USER: Self = Self { count: 6000, unit: Unit::Minute };

    /// Calls within the period; at least one, at most a million.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// The period.
    #[must_use]
    pub const fn period(self) -> Duration {
        Duration::from_secs(self.unit.seconds())
    }

    /// Half as many calls in the same time.
    pub(super) fn half(self) -> Self {
        Self { count: (self.count / 2).max(1), ..self }
    }

    /// Microseconds between two calls of somebody who calls evenly.
    pub(super) fn interval(self) -> i64 {
        super::micros(self.period() / self.count).max(1)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || "expected a rate such as 15/minute (second, minute, hour or day)".to_owned();
        let (count, unit) = text.split_once('/').ok_or_else(refused)?;
        let count = count.trim().parse().ok().filter(|count| (1..=1_000_000).contains(count)).ok_or_else(refused)?;
        let unit = Unit::ALL.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(refused)?.1;
        Ok(Self { count, unit })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Unit::ALL.iter().find(|(_, unit)| *unit == self.unit).map_or("", |(name, _)| name);
        write!(f, "{}/{name}", self.count)
    }
}
