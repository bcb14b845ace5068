//! The feed of what changes, for one client.

use std::ops::RangeInclusive;
use std::sync::Arc;

use capnp::Error;
use kamodo_registry::{Publication, Registry, Standing};
use kamodo_schema::extension::feed;

use super::shown::{Audience, write_publication, write_standing};

/// Tells every publication after generation `since`, each once and in order, and how the origins stand
/// whenever that changes.
///
/// One event is on its way at a time. What comes meanwhile waits in the registry, which forgets the oldest
/// publications: a client that is slower than that is told which ones it missed.
pub(super) async fn tell(
    feed: &feed::Client,
    registry: &Registry,
    since: u64,
    audience: Audience,
) -> Result<(), Error> {
    let mut changes = registry.subscribe();
    let mut last = since;
    let mut stood = Arc::<Standing>::default();
    let mut n_reroutes = registry.current().n_reroutes;
    loop {
        changes.mark_unchanged(); // before looking: what comes from here on is not overlooked
        let current = registry.current();
        let news = last + 1..=current.snapshot.generation();
        let publications = registry.publications();
        for publication in publications.iter().filter(|one| news.contains(&one.generation)) {
            if publication.generation > last + 1 {
                tell_missed(feed, last + 1..=publication.generation - 1).await?;
            }
            tell_published(feed, publication).await?;
            last = publication.generation;
        }
        if current.standing != stood || current.n_reroutes != n_reroutes {
            tell_standing(feed, &current.standing, audience).await?;
            stood = Arc::clone(&current.standing);
            n_reroutes = current.n_reroutes;
        }
        if changes.changed().await.is_err() {
            return Ok(());
        }
    }
}

async fn tell_published(feed: &feed::Client, publication: &Publication) -> Result<(), Error> {
    let mut request = feed.tell_request();
    write_publication(request.get().init_event().init_published(), publication);
    request.send().promise.await.map(drop)
}

async fn tell_missed(feed: &feed::Client, missed: RangeInclusive<u64>) -> Result<(), Error> {
    let mut request = feed.tell_request();
    let mut range = request.get().init_event().init_missed();
    range.set_first(*missed.start());
    range.set_last(*missed.end());
    request.send().promise.await.map(drop)
}

async fn tell_standing(feed: &feed::Client, standing: &Standing, audience: Audience) -> Result<(), Error> {
    let mut request = feed.tell_request();
    write_standing(request.get().init_event().init_standing(), standing, audience);
    request.send().promise.await.map(drop)
}
