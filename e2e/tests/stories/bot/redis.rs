//! What people notice when Redis, where dialogues are kept, is away: nothing.

use e2e::{
    servers::Backend::{self, Cluster},
    services::Redis,
};
use rstest::rstest;

use super::{Lang::En, World, says};
use crate::api::eventually;

fn redis(world: &World) -> &Redis {
    world.stack.redis().unwrap()
}

/// A dialogue goes on while Redis does not answer, and afterwards from where it got to meanwhile, also at the next bot.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_outlives_redis(#[values(Cluster)] backend: Backend) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("/new");
    ann.next().await;
    redis(&world).pause().unwrap();
    ann.says("Milk");
    says(&ann.next().await, "Is there more to say?");
    redis(&world).resume().unwrap();
    ann.says("two litres");
    says(&ann.next().await, "two litres");
    // It is asked again after a while; what was said meanwhile comes first.
    let is_back = async || {
        ann.says("/help");
        says(&ann.next().await, "/timezone");
        says(&ann.next().await, "two litres");
        world.bots[0].said().contains("Redis answers again")
    };
    eventually("the bot asks Redis again", is_back).await;
    ann.says("Dairy");
    says(&ann.next().await, "Dairy");
    world.api.idle().await;
    world.bots[0].kill_9();
    world.bots[0].start();
    ann.says("Shop");
    let question = ann.next().await;
    says(&question, "two litres");
    says(&question, "Dairy, Shop");
}
