//! Where one is: by sharing the place, by a name, or by the time it is there.

use chrono::Timelike;
use chrono_tz::Tz;
use teloxide::types::{ButtonRequest, KeyboardButton, KeyboardMarkup, KeyboardRemove, ReplyMarkup};
use todo_sdk::model::UpdateUser;

use super::{Answer, Talk};
use crate::{
    action::Action,
    people::Person,
    session::State,
    telegram::{Button, Screen},
    zones,
};

impl Talk {
    pub(super) async fn ask_zone(&mut self) -> Answer {
        self.session.interrupt(State::Zone);
        let words = self.words();
        let now = self.clock.now.with_timezone(&self.person.zone).format("%H:%M").to_string();
        let text = words.html("ask-zone", [("zone", self.person.zone.name().into()), ("now", now.into())]);
        let button = KeyboardButton::new(words.say("share-place")).request(ButtonRequest::Location);
        let keyboard = KeyboardMarkup::new([[button]]).resize_keyboard().one_time_keyboard();
        self.say_with(&Screen::text(text), ReplyMarkup::Keyboard(keyboard)).await
    }

    pub(super) async fn located(&mut self, latitude: f64, longitude: f64) -> Answer {
        match self.app.zones.at(latitude, longitude) {
            Some(zone) => self.set_zone(zone).await,
            None => self.zone_unknown().await,
        }
    }

    pub(super) async fn zone_said(&mut self, text: &str) -> Answer {
        self.session.interrupt(State::Zone);
        if let Some(time) = zones::time(text) {
            return self.offer_zones(zones::with_time(self.clock.now, time)).await;
        }
        let found = zones::named(text);
        match found.as_slice() {
            [zone] => self.set_zone(*zone).await,
            [] => self.zone_unknown().await,
            _ => self.offer_zones(found).await,
        }
    }

    async fn zone_unknown(&mut self) -> Answer {
        let text = self.words().say("zone-unknown");
        self.say(&Screen::text(text)).await
    }

    async fn offer_zones(&mut self, zones: Vec<Tz>) -> Answer {
        if zones.is_empty() {
            return self.zone_unknown().await;
        }
        let buttons = zones.into_iter().map(|zone| {
            let there = self.clock.now.with_timezone(&zone);
            let label = format!("{} · {:02}:{:02}", zone.name().replace('_', " "), there.hour(), there.minute());
            Button::new(label, Action::Zone { name: zone.name().to_owned() })
        });
        let screen = Screen::text(self.words().say("which-zone")).grid(buttons, 1);
        self.say(&screen).await
    }

    pub(super) async fn zone_chosen(&mut self, name: &str) -> Answer {
        match name.parse::<Tz>() {
            Ok(zone) => self.set_zone(zone).await,
            Err(_) => self.ask_zone().await,
        }
    }

    async fn set_zone(&mut self, zone: Tz) -> Answer {
        let changes = UpdateUser { timezone: Some(zone.name().to_owned()), ..UpdateUser::default() };
        self.person.client.users().update_me(&changes).await?;
        self.person_changed();
        if self.session.state == State::Zone {
            self.expect(State::Idle);
        }
        (self.clock.zone, self.person) = (zone, Person { zone, ..(*self.person).clone() }.into());
        let now = self.clock.now.with_timezone(&zone).format("%H:%M").to_string();
        let text = self.words().html("zone-set", [("zone", zone.name().into()), ("now", now.into())]);
        // Takes the button for the place away.
        self.say_with(&Screen::text(text), ReplyMarkup::KeyboardRemove(KeyboardRemove::new())).await?;
        self.resume().await
    }
}
