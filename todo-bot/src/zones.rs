//! Time zones: where they are on earth, how people call them, and what time it is in them.

use std::sync::OnceLock;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use todo_sdk::quick;
use tzf_rs::DefaultFinder;

/// Most zones that are offered at once.
const OFFERED: usize = 8;

/// Zones that many live in, with what people call them besides their IANA name: these are offered first.
const KNOWN: [(Tz, &[&str]); 44] = [
    (Tz::Europe__Moscow, &["москва", "moscow", "санкт-петербург", "питер"]),
    (Tz::Europe__London, &["лондон", "england", "uk"]),
    (Tz::Europe__Berlin, &["берлин", "germany", "германия", "münchen", "munich", "hamburg", "мюнхен"]),
    (Tz::Europe__Paris, &["париж", "france", "франция"]),
    (Tz::Europe__Kyiv, &["киев", "київ", "kiev"]),
    (Tz::Europe__Minsk, &["минск"]),
    (Tz::Europe__Warsaw, &["варшава"]),
    (Tz::Europe__Madrid, &["мадрид", "barcelona", "барселона"]),
    (Tz::Europe__Rome, &["рим", "milan", "милан"]),
    (Tz::Europe__Istanbul, &["стамбул", "ankara", "анкара"]),
    (Tz::Europe__Athens, &["афины"]),
    (Tz::Europe__Lisbon, &["лиссабон"]),
    (Tz::Europe__Kaliningrad, &["калининград"]),
    (Tz::Europe__Samara, &["самара"]),
    (Tz::Asia__Yekaterinburg, &["екатеринбург", "ekaterinburg", "челябинск", "пермь", "уфа"]),
    (Tz::Asia__Omsk, &["омск"]),
    (Tz::Asia__Novosibirsk, &["новосибирск"]),
    (Tz::Asia__Krasnoyarsk, &["красноярск"]),
    (Tz::Asia__Irkutsk, &["иркутск"]),
    (Tz::Asia__Yakutsk, &["якутск", "чита"]),
    (Tz::Asia__Vladivostok, &["владивосток", "хабаровск"]),
    (Tz::Asia__Magadan, &["магадан"]),
    (Tz::Asia__Kamchatka, &["камчатка", "петропавловск-камчатский"]),
    (Tz::Asia__Tbilisi, &["тбилиси", "грузия"]),
    (Tz::Asia__Yerevan, &["ереван", "армения"]),
    (Tz::Asia__Baku, &["баку"]),
    (Tz::Asia__Almaty, &["алматы", "алма-ата", "астана", "astana"]),
    (Tz::Asia__Tashkent, &["ташкент"]),
    (Tz::Asia__Dubai, &["дубай"]),
    (Tz::Asia__Jerusalem, &["иерусалим", "тель-авив", "tel aviv", "израиль"]),
    (Tz::Asia__Kolkata, &["индия", "india", "delhi", "mumbai", "дели"]),
    (Tz::Asia__Kathmandu, &["катманду", "непал"]),
    (Tz::Asia__Bangkok, &["бангкок", "таиланд", "пхукет"]),
    (Tz::Asia__Shanghai, &["китай", "china", "beijing", "пекин", "шанхай"]),
    (Tz::Asia__Tokyo, &["токио", "japan", "япония"]),
    (Tz::Australia__Sydney, &["сидней"]),
    (Tz::Pacific__Auckland, &["окленд", "new zealand"]),
    (Tz::America__New_York, &["нью-йорк", "boston", "washington", "miami", "eastern"]),
    (Tz::America__Chicago, &["чикаго", "dallas", "houston", "central"]),
    (Tz::America__Denver, &["денвер", "mountain"]),
    (Tz::America__Los_Angeles, &["лос-анджелес", "san francisco", "сан-франциско", "seattle", "pacific"]),
    (Tz::America__Sao_Paulo, &["сан-паулу", "бразилия", "brasilia"]),
    (Tz::America__Argentina__Buenos_Aires, &["буэнос-айрес", "buenos aires"]),
    (Tz::UTC, &["gmt", "utc"]),
];

/// Finds the zone of a place. Its map is read when the first person shares where they are.
#[derive(Default)]
pub(crate) struct Zones {
    finder: OnceLock<DefaultFinder>,
}

impl Zones {
    /// The zone at these coordinates, in degrees.
    #[must_use]
    pub(crate) fn at(&self, latitude: f64, longitude: f64) -> Option<Tz> {
        if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
            return None;
        }
        self.finder.get_or_init(DefaultFinder::new).get_tz_name(longitude, latitude).parse().ok()
    }
}

/// The zones that somebody may mean by this name: one, if it is clear.
#[must_use]
pub(crate) fn named(text: &str) -> Vec<Tz> {
    let wanted = text.trim().to_lowercase().replace(' ', "_");
    if wanted.is_empty() {
        return Vec::new();
    }
    let is = |zone: &Tz, by: fn(&str, &str) -> bool| by(&zone.name().to_lowercase(), &wanted);
    let exact = TZ_VARIANTS.into_iter().find(|zone| is(zone, |name, wanted| name == wanted));
    let city = || TZ_VARIANTS.into_iter().find(|zone| is(zone, |name, wanted| name.ends_with(&format!("/{wanted}"))));
    let called = || {
        let calls = |names: &[&str]| names.iter().any(|name| name.replace(' ', "_") == wanted);
        KNOWN.into_iter().find(|(_, names)| calls(names)).map(|(zone, _)| zone)
    };
    if let Some(zone) = exact.or_else(called).or_else(city) {
        return vec![zone];
    }
    if wanted.chars().count() < 3 {
        return Vec::new();
    }
    let known = KNOWN
        .into_iter()
        .filter(|(_, names)| names.iter().any(|name| name.starts_with(&*wanted)))
        .map(|(zone, _)| zone);
    let others = TZ_VARIANTS.into_iter().filter(|zone| is(zone, |name, wanted| name.contains(wanted)));
    let mut found: Vec<Tz> = Vec::new();
    for zone in known.chain(others) {
        if !found.contains(&zone) && found.len() < OFFERED {
            found.push(zone);
        }
    }
    found
}

/// What somebody reads off their clock: `3:45 pm`, `9.05`, `15-45`.
#[must_use]
pub(crate) fn time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(['-', '–']) {
        Some((hour, minute)) if is_number(hour) && minute.len() == 2 && is_number(minute) => {
            quick::time(&format!("{hour}:{minute}"))
        }
        _ => quick::time(text),
    }
}

/// Zones in which it is this time of day now, give or take seven minutes: those that many live in first.
#[must_use]
pub(crate) fn with_time(now: DateTime<Utc>, time: NaiveTime) -> Vec<Tz> {
    let fits = |zone: &Tz| {
        let there = now.with_timezone(zone).time();
        let apart = (there - time).num_minutes().rem_euclid(1440);
        !(8..=1432).contains(&apart)
    };
    let mut found: Vec<Tz> = KNOWN.into_iter().map(|(zone, _)| zone).filter(fits).collect();
    if found.is_empty() {
        let named = |zone: &Tz| zone.name().contains('/') && !zone.name().starts_with("Etc");
        found = TZ_VARIANTS.into_iter().filter(|zone| named(zone) && fits(zone)).collect();
    }
    found.truncate(OFFERED);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_zone() {
        let zones = Zones::default();
        assert_eq!(zones.at(52.52, 13.40), Some(Tz::Europe__Berlin));
        assert_eq!(zones.at(27.7, 85.3), Some(Tz::Asia__Kathmandu));
        assert_eq!(zones.at(91.0, 0.0), None);
        assert_eq!(zones.at(f64::NAN, 0.0), None);
    }

    #[test]
    fn a_zone_is_found_by_what_people_call_it() {
        for (text, zone) in [
            ("Europe/Berlin", Tz::Europe__Berlin),
            ("europe/berlin", Tz::Europe__Berlin),
            ("Berlin", Tz::Europe__Berlin),
            (" Москва ", Tz::Europe__Moscow),
            ("new york", Tz::America__New_York),
            ("Lord Howe", Tz::Australia__Lord_Howe),
            ("utc", Tz::UTC),
        ] {
            assert_eq!(named(text), [zone], "{text}");
        }
        assert_eq!(named("нигде"), []);
        assert_eq!(named(""), []);
        assert!(named("indiana").len() > 1);
    }

    #[test]
    fn a_clock_is_read_as_people_read_it() {
        for (text, read) in [
            ("14:35", "14:35:00"),
            (" 3:45 pm", "15:45:00"),
            ("3:45pm", "15:45:00"),
            ("12:05 AM", "00:05:00"),
            ("9.05", "09:05:00"),
            ("15-45", "15:45:00"),
            ("15–45", "15:45:00"),
            ("в 15:45", "15:45:00"),
            ("0:07", "00:07:00"),
        ] {
            assert_eq!(time(text), Some(read.parse().unwrap()), "{text}");
        }
        for text in ["Berlin", "UTC", "25:00", "15-75", "1-2-3", "Etc/GMT-3", "", "ж-10"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_is_found_by_the_time_that_it_is_there() {
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let at = |text: &str| with_time(now, text.parse().unwrap());
        assert!(at("15:02:00").contains(&Tz::Europe__Moscow));
        assert_eq!(at("17:44:00"), [Tz::Asia__Kathmandu]);
        assert!(at("00:01:00").contains(&Tz::Asia__Kamchatka), "over midnight");
    }
}
