//! The loop: it plans on every change, survives failing jobs, and stops in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use tessera_node::{Agent, Ended, Lost, Shutdown, StopPolicy, Tasks, Worlds, drive};
use tokio::sync::watch;

/// A world is the list of jobs that it asks for.
type Wish = Vec<&'static str>;

struct Wishes(watch::Receiver<Arc<Wish>>);

impl Worlds for Wishes {
    type World = Wish;
    type Error = String;

    fn latest(&self) -> Arc<Wish> {
        self.0.borrow().clone()
    }

    async fn changed(&mut self) -> Result<Arc<Wish>, String> {
        self.0.changed().await.map_err(|_| "the worlds have ended".to_owned())?;
        Ok(self.0.borrow_and_update().clone())
    }
}

#[derive(Default)]
struct Recorder {
    started: Vec<&'static str>,
    ended: Vec<(&'static str, Result<(), Lost>)>,
    abandoned: bool,
    shutdown: Shutdown,
}

impl Agent for Recorder {
    type World = Wish;
    type Job = &'static str;
    type Done = ();
    type Error = String;

    fn act(&mut self, world: &Arc<Wish>, stopping: bool, jobs: &mut Tasks<&'static str, ()>) -> bool {
        let new: Vec<_> = world.iter().filter(|job| !self.started.contains(job)).copied().collect();
        for job in new {
            if stopping && job != "owed" {
                continue;
            }
            self.started.push(job);
            jobs.spawn(job, async move {
                match job {
                    "panics" => panic!("on purpose"),
                    "stuck" => std::future::pending().await,
                    _ => {}
                }
            });
        }
        world.contains(&"owed") && !self.started.contains(&"owed")
    }

    fn finish(&mut self, ended: Ended<&'static str, ()>) -> Result<(), String> {
        self.ended.push((ended.key, ended.outcome));
        match ended.key {
            "last" => self.shutdown.request(),
            "fatal" => return Err("fatal".into()),
            _ => {}
        }
        Ok(())
    }

    fn abandon(&mut self) {
        self.abandoned = true;
    }
}

const PATIENT: StopPolicy = StopPolicy { grace: Duration::from_secs(60), in_flight: Duration::from_secs(60) };
const HASTY: StopPolicy = StopPolicy { grace: Duration::ZERO, in_flight: Duration::from_millis(50) };

async fn run(wish: Wish, stop: StopPolicy) -> (Recorder, Result<(), String>) {
    let (_sender, receiver) = watch::channel(Arc::new(wish));
    let mut agent = Recorder::default();
    let shutdown = agent.shutdown.clone();
    let result = drive(&mut agent, &mut Wishes(receiver), &shutdown, stop).await;
    (agent, result)
}

#[tokio::test]
async fn a_panicking_job_is_reported_and_the_others_go_on() {
    let (agent, result) = run(vec!["panics", "last"], PATIENT).await;
    assert_eq!(result, Ok(()));
    assert!(agent.ended.contains(&("panics", Err(Lost::Panicked("on purpose".into())))));
    assert!(agent.ended.contains(&("last", Ok(()))));
}

#[tokio::test]
async fn a_stuck_job_is_dropped_after_the_grace_period() {
    let (agent, result) = run(vec!["stuck", "last"], HASTY).await;
    assert_eq!(result, Ok(()));
    assert!(agent.abandoned);
    assert!(agent.ended.contains(&("stuck", Err(Lost::Aborted))));
}

#[tokio::test]
async fn a_fatal_failure_ends_the_agent_after_its_jobs() {
    let (agent, result) = run(vec!["fatal", "other"], PATIENT).await;
    assert_eq!(result, Err("fatal".into()));
    assert!(agent.ended.contains(&("other", Ok(()))));
}

#[tokio::test]
async fn the_end_of_the_worlds_is_an_error() {
    let (sender, receiver) = watch::channel(Arc::new(Wish::new()));
    drop(sender);
    let mut agent = Recorder::default();
    let shutdown = Shutdown::new();
    let result = drive(&mut agent, &mut Wishes(receiver), &shutdown, HASTY).await;
    assert_eq!(result, Err("the worlds have ended".into()));
}

#[tokio::test]
async fn while_stopping_what_is_owed_is_begun_and_nothing_else() {
    let (sender, receiver) = watch::channel(Arc::new(Wish::new()));
    let mut agent = Recorder::default();
    let shutdown = Shutdown::new();
    shutdown.request();
    sender.send(Arc::new(vec!["owed", "new"])).unwrap();
    let result = drive(&mut agent, &mut Wishes(receiver), &shutdown, PATIENT).await;
    assert_eq!(result, Ok(()));
    assert!(agent.ended.contains(&("owed", Ok(()))));
}
