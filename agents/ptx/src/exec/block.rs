//! A block: its threads take turns, and meet at barriers and warp instructions.

use super::step;
use super::thread::{Status, Thread};
use super::warp;
use super::world::World;
use crate::fault::{Fault, Place};

/// Instructions that a thread takes before the next one's turn: threads that wait in a loop for others let them work.
const TURN: u32 = 4096;

type Failure = (Fault, Option<Place>);

/// Runs one block to its end.
pub fn run(world: &mut World<'_>, index: [u32; 3], params: &[u8]) -> Result<(), Failure> {
    let mut threads = start(world, index, params).map_err(|fault| (fault, None))?;
    let mut arrivals = [0u64; 16];
    loop {
        let mut moved = false;
        for thread in threads.iter_mut().filter(|thread| thread.status == Status::Ready) {
            moved = true;
            let line = thread.line(world.image);
            if let Err(fault) = step::run(world, thread, TURN) {
                return Err((fault, Some(place(world, thread, line))));
            }
            if let Status::Arrive { id, .. } = thread.status {
                arrivals[id as usize % 16] += 1;
                thread.status = Status::Ready;
                thread.frame.pc += 1;
            }
        }
        for lanes in threads.chunks_mut(32) {
            moved |= warp::resolve(world, lanes).map_err(|(fault, lane)| {
                let place = lanes.get(lane).map(|thread| place(world, thread, thread.line(world.image)));
                (fault, place)
            })?;
        }
        let mut waited = 0u32;
        for thread in &threads {
            if let Status::Barrier { id, .. } = thread.status {
                waited |= 1 << id;
            }
        }
        for id in (0..16).filter(|id| waited >> id & 1 == 1) {
            moved |= meet(world, &mut threads, id, &mut arrivals[id as usize])?;
        }
        if threads.iter().all(|thread| thread.status == Status::Exited) {
            return Ok(());
        }
        if !moved {
            return Err(stuck(world, &threads));
        }
    }
}

fn start(world: &mut World<'_>, index: [u32; 3], params: &[u8]) -> Result<Vec<Thread>, Fault> {
    world.begin_block(index)?;
    let image = world.image;
    let function = image.functions.get(world.kernel as usize).ok_or(Fault::EndOfCode)?;
    if Thread::frame_bytes(function) > world.budget {
        return Err(Fault::ThreadMemory(world.limits.thread_bytes));
    }
    let [x, y, z] = world.launch.block;
    world.spend(u64::from(x * y * z))?;
    let id = |flat: u32| [flat % x, flat / x % y, flat / x / y];
    Ok((0..x * y * z).map(|flat| Thread::new(id(flat), flat, world.kernel, function, params)).collect())
}

fn place(world: &World<'_>, thread: &Thread, line: u32) -> Place {
    let now = thread.line(world.image);
    Place { line: if now == 0 { line } else { now }, block: world.block, thread: thread.id }
}

/// Lets the threads at a barrier go on if all that it waits for are there. Threads that have exited are not waited for.
fn meet(world: &mut World<'_>, threads: &mut [Thread], id: u64, arrived: &mut u64) -> Result<bool, Failure> {
    let at = |thread: &Thread| match thread.status {
        Status::Barrier { id: other, count, aligned } if other == id => Some((count, aligned)),
        _ => None,
    };
    let Some(first) = threads.iter().find(|thread| at(thread).is_some()) else { return Ok(false) };
    let Some((count, aligned)) = at(first) else { return Ok(false) };
    let failure = |world: &World<'_>, thread: &Thread, fault| (fault, Some(place(world, thread, 0)));
    if let Some(other) = threads.iter().find(|thread| at(thread).is_some_and(|(other, _)| other != count)) {
        let message = "threads wait at one barrier with different counts";
        return Err(failure(world, other, Fault::Lanes(message)));
    }
    let live = threads.iter().filter(|thread| thread.status != Status::Exited).count() as u64;
    let waiting = threads.iter().filter(|thread| at(thread).is_some()).count() as u64;
    let needed = count.map_or(live, |count| count.min(live.max(1)));
    if waiting + *arrived < needed {
        return Ok(false);
    }
    for lanes in threads.chunks(32) {
        let mut there = lanes.iter().filter(|thread| at(thread).is_some());
        let Some(first) = there.next() else { continue };
        let all = lanes.iter().all(|thread| at(thread).is_some() || thread.status == Status::Exited);
        let same =
            there.all(|thread| (thread.frame.function, thread.frame.pc) == (first.frame.function, first.frame.pc));
        if aligned && !(all && same) {
            let message =
                "the lanes of a warp come to different aligned barriers: a barrier in a branch that not all take";
            return Err(failure(world, first, Fault::Lanes(message)));
        }
    }
    if waiting == live {
        world.next_epoch().map_err(|fault| (fault, None))?;
    }
    *arrived = 0;
    for thread in threads.iter_mut().filter(|thread| at(thread).is_some()) {
        thread.status = Status::Ready;
        thread.frame.pc += 1;
    }
    Ok(true)
}

/// Why no thread can go on.
fn stuck(world: &World<'_>, threads: &[Thread]) -> Failure {
    let waits = |wanted: fn(&Status) -> bool| threads.iter().find(|thread| wanted(&thread.status));
    let warp = waits(|status| matches!(status, Status::Warp { .. }));
    let barrier = waits(|status| matches!(status, Status::Barrier { .. }));
    let message = match (warp, barrier) {
        (Some(_), _) => "lanes of a warp wait for lanes of their mask that stand elsewhere",
        _ => "threads wait at a barrier that others do not come to",
    };
    (Fault::Deadlock(message), warp.or(barrier).map(|thread| place(world, thread, 0)))
}
