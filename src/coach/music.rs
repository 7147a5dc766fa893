//! Music for the audio thread: made on a thread of its own, some seconds ahead, and passed on
//! through a ring. What was made last is kept for a while, so that a device that was lost goes on
//! where it was heard last.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::bed::music::Notes;
use crate::bed::{Bed, Levels, Music};
use crate::time::{Frames, Millis, Rate};

/// How far ahead music is made, and how long it is kept.
const AHEAD: Millis = Millis(2000);
const KEPT: Millis = Millis(5000);
/// Frames made at a time.
const BLOCK: usize = 2048;
/// How often the ring is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long is waited for the first music, before it begins without.
const PATIENCE: Duration = Duration::from_secs(2);

/// Plays music for one device after another.
#[derive(Debug)]
pub struct Player {
    wishes: Sender<Wish>,
    levels: Levels,
    rate: Rate,
    notes: Notes,
}

/// A device wants music from a frame on.
struct Wish {
    from: u64,
    ring: Producer<[i16; 2]>,
    ready: SyncSender<()>,
}

impl Player {
    /// Begins to make `music` at `rate`, on a thread of its own; what it has to leave out is in
    /// `notes`.
    pub fn start(music: impl Music + 'static, notes: Notes, levels: Levels, rate: Rate) -> Self {
        let (wishes, wanted) = channel();
        let kept = rate.frame_at(KEPT).0 as usize;
        let band = Band { music, past: VecDeque::with_capacity(kept + BLOCK), made: 0, kept };
        thread::spawn(move || band.run(&wanted));
        Self { wishes, levels, rate, notes }
    }

    /// A bed that begins with the frame of the music that is heard at `heard`.
    pub fn bed(&self, heard: Frames) -> Bed {
        let (ring, tapped) = RingBuffer::new(self.rate.frame_at(AHEAD).0 as usize);
        let (ready, is_ready) = sync_channel(1);
        if self.wishes.send(Wish { from: heard.0, ring, ready }).is_ok() {
            // What is not there in time is silence.
            let _ = is_ready.recv_timeout(PATIENCE);
        }
        Bed::new(Box::new(Tap { ring: tapped, late: 0 }), self.levels, self.rate)
    }

    /// What had to be left out, for people.
    pub fn take_notes(&self) -> Vec<String> {
        self.notes.take()
    }
}

/// Makes the music.
struct Band<M> {
    music: M,
    /// The last frames that were made, and how many there were in all.
    past: VecDeque<[i16; 2]>,
    made: u64,
    kept: usize,
}

impl<M: Music> Band<M> {
    fn run(mut self, wishes: &Receiver<Wish>) {
        let mut ring: Option<(Producer<[i16; 2]>, u64)> = None;
        loop {
            match wishes.recv_timeout(LOOK) {
                Ok(mut wish) => {
                    let next = self.pass_on(&mut wish.ring, wish.from);
                    ring = Some((wish.ring, next));
                    let _ = wish.ready.send(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if let Some((producer, next)) = &mut ring {
                *next = self.pass_on(producer, *next);
            }
        }
    }

    /// Fills a ring from a frame on, and gives the frame that comes next.
    fn pass_on(&mut self, ring: &mut Producer<[i16; 2]>, mut next: u64) -> u64 {
        while !ring.is_abandoned() && ring.slots() >= BLOCK {
            while self.made < next + BLOCK as u64 {
                self.make();
            }
            let first = self.made - self.past.len() as u64;
            // What is not kept any more is missing: the music goes on later.
            next = next.max(first);
            let begin = (next - first) as usize;
            let Ok(room) = ring.write_chunk_uninit(BLOCK) else { break };
            next += room.fill_from_iter(self.past.range(begin..begin + BLOCK).copied()) as u64;
        }
        next
    }

    fn make(&mut self) {
        let mut block = [[0; 2]; BLOCK];
        self.music.fill(&mut block);
        self.made += BLOCK as u64;
        self.past.extend(block);
        self.past.drain(..self.past.len().saturating_sub(self.kept));
    }
}

/// Where the audio thread takes its music from.
#[derive(Debug)]
struct Tap {
    ring: Consumer<[i16; 2]>,
    /// Frames that did not come in time: they are left out when they come.
    late: usize,
}

impl Music for Tap {
    fn fill(&mut self, out: &mut [[i16; 2]]) {
        let late = self.late.min(self.ring.slots());
        if let Ok(too_late) = self.ring.read_chunk(late) {
            too_late.commit_all();
            self.late -= late;
        }
        let (there, missing) = out.split_at_mut(out.len().min(self.ring.slots()));
        if let Ok(chunk) = self.ring.read_chunk(there.len()) {
            let (first, second) = chunk.as_slices();
            there[..first.len()].copy_from_slice(first);
            there[first.len()..].copy_from_slice(second);
            chunk.commit_all();
        }
        missing.fill([0; 2]);
        self.late += missing.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::duck::Duck;

    /// Music that counts its frames.
    #[derive(Debug)]
    struct Counting(i16);

    impl Music for Counting {
        fn fill(&mut self, out: &mut [[i16; 2]]) {
            for frame in out {
                *frame = [self.0; 2];
                self.0 = (self.0 + 1) % 20_000;
            }
        }
    }

    fn player() -> Player {
        let levels = Levels { music: 0.0, duck: 0.0 };
        Player::start(Counting(0), Notes::default(), levels, Rate::new(8000).unwrap())
    }

    /// The last of so many frames from the bed, after it has swelled.
    fn frame_after(bed: &mut Bed, frames: usize) -> i16 {
        bed.make_room(frames);
        bed.next(frames, Duck::Open)[frames - 1][0]
    }

    #[test]
    fn a_device_that_comes_back_hears_the_music_from_where_it_was_lost() {
        let player = player();
        let mut bed = player.bed(Frames(0));
        assert_eq!(frame_after(&mut bed, 12_000), 11_999);
        drop(bed);
        let mut bed = player.bed(Frames(3000));
        assert_eq!(frame_after(&mut bed, 10_000), 12_999);
    }

    #[test]
    fn a_device_that_begins_later_hears_later_music() {
        let mut bed = player().bed(Frames(16_000));
        assert_eq!(frame_after(&mut bed, 9600), 5599);
    }

    #[test]
    fn what_comes_too_late_is_left_out() {
        let (mut ring, tapped) = RingBuffer::new(100);
        let mut tap = Tap { ring: tapped, late: 0 };
        (1..=4).for_each(|frame| ring.push([frame; 2]).unwrap());
        let mut out = [[9; 2]; 6];
        tap.fill(&mut out);
        assert_eq!(out.map(|frame| frame[0]), [1, 2, 3, 4, 0, 0]);
        (5..=9).for_each(|frame| ring.push([frame; 2]).unwrap());
        tap.fill(&mut out[..3]);
        assert_eq!(out[..3], [[7; 2], [8; 2], [9; 2]]);
    }
}
