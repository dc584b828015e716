//! The times of a row, and what they say.

use crate::engine::{Time, Who};
use stridewise::Level;
use stridewise_benches::rows::{Floor, Row, Task};

/// A peer that is at the roof itself is met, not beaten: within 3 %.
const MET: f64 = 0.97;
/// What lower levels must reach of a floor: `v3` where `v4` is the best, `v2`.
const BELOW: [(&str, f64); 2] = [("v3", 0.8), ("v2", 0.5)];
/// The least share of the naive loop's speed: what is lost in noise.
const NAIVE: f64 = 0.95;
/// Rows of so many bytes are beyond the caches, and gain from two threads.
const LARGE: usize = 32 << 20;
/// What two threads must reach of a floor there.
const TWO: f64 = 0.85;

/// A row that was measured.
pub struct Outcome {
    pub row: Row,
    pub times: Vec<Time>,
}

impl Outcome {
    fn best(&self, fits: impl Fn(&Time) -> bool) -> Option<&Time> {
        self.times.iter().filter(|time| fits(time)).min_by(|a, b| a.least.total_cmp(&b.least))
    }

    /// The roof.
    pub fn roof(&self, threads: usize) -> Option<&Time> {
        self.best(|time| time.who == Who::Roof && time.threads == threads)
    }

    /// Ours at the level that is chosen by default.
    pub fn ours(&self, who: Who, threads: usize) -> Option<&Time> {
        let level = stridewise::level().map(Level::name).unwrap_or_default();
        self.best(|time| time.who == who && time.threads == threads && time.level == level)
    }

    /// The fastest peer on so many threads, or fewer.
    pub fn peer(&self, threads: usize) -> Option<&Time> {
        self.best(|time| time.who == Who::Peer && time.threads <= threads)
    }

    /// The best peer's time by ours.
    pub fn lead(&self, threads: usize) -> Option<f64> {
        let ours = self.ours(Who::Planned, threads).or(self.ours(Who::OneShot, threads))?;
        Some(self.peer(threads)?.least / ours.least)
    }

    /// The naive loop.
    pub fn naive(&self) -> Option<&Time> {
        self.best(|time| time.who == Who::Naive)
    }

    /// Ours at a lower level.
    pub fn lower(&self, level: &str) -> Option<&Time> {
        self.best(|time| time.who == Who::Planned && time.threads == 1 && time.level == level)
    }

    /// The roof's time by this one, on so many threads.
    pub fn ratio(&self, time: &Time, threads: usize) -> Option<f64> {
        Some(self.roof(threads)?.least / time.least)
    }

    /// Gigabytes a second of the roof, read and written.
    pub fn pace(&self, threads: usize) -> Option<f64> {
        let passes = if matches!(self.row.task, Task::Hash { .. }) { 1 } else { 2 };
        Some((passes * self.row.task.bytes()) as f64 / self.roof(threads)?.least)
    }

    /// The floor as a ratio, for so many threads.
    pub fn floor(&self, threads: usize) -> Option<f64> {
        match self.row.floor {
            Floor::Ratio(ratio) if threads == 1 => Some(ratio),
            Floor::Ratio(ratio) if self.row.task.bytes() >= LARGE => Some(TWO * ratio),
            _ => None,
        }
    }

    /// Whether one thread is below the floor.
    pub fn is_below(&self, who: Who, threads: usize) -> bool {
        let Some(time) = self.ours(who, threads) else { return false };
        match (self.row.floor, who) {
            (Floor::Nanos { oneshot, .. }, Who::OneShot) if threads == 1 => time.least > oneshot,
            (Floor::Nanos { planned, .. }, Who::Planned) if threads == 1 => time.least > planned,
            (Floor::Ratio(_), Who::Planned) => self
                .floor(threads)
                .is_some_and(|floor| self.ratio(time, threads).is_some_and(|ratio| ratio < floor)),
            _ => false,
        }
    }

    /// What is not as promised, a line each.
    pub fn shortfalls(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (who, threads) in [(Who::Planned, 1), (Who::OneShot, 1), (Who::Planned, 2)] {
            all.extend(self.below(who, threads));
        }
        all.extend([1, 2].into_iter().filter_map(|threads| self.behind(threads)));
        Level::available().for_each(|level| all.extend(self.low(level.name())));
        all
    }

    fn below(&self, who: Who, threads: usize) -> Option<String> {
        let time = self.ours(who, threads).filter(|_| self.is_below(who, threads))?;
        let name = &self.row.name;
        Some(match self.row.floor {
            Floor::Nanos { oneshot, planned } => {
                let floor = if who == Who::Planned { planned } else { oneshot };
                format!("{name}: {} {:.1} ns, floor {floor:.0}", time.name, time.least)
            }
            _ => {
                let (ratio, floor) = (self.ratio(time, threads)?, self.floor(threads)?);
                format!("{name}: {ratio:.2} on {threads}T, floor {floor:.2}")
            }
        })
    }

    fn behind(&self, threads: usize) -> Option<String> {
        // A row on two threads that was not measured has no roof.
        self.roof(threads)?;
        let lead = self.lead(threads).filter(|&lead| lead < MET)?;
        let (name, peer) = (&self.row.name, self.peer(threads)?.name);
        Some(format!("{name}: {lead:.2} of the speed of {peer} on {threads}T"))
    }

    /// What a level that was asked for falls short of.
    fn low(&self, level: &str) -> Vec<String> {
        let Some(time) = self.lower(level) else { return Vec::new() };
        let name = &self.row.name;
        let best = self.ours(Who::Planned, 1).is_some_and(|ours| ours.level == level);
        let mut all = Vec::new();
        let share = BELOW.iter().find(|(name, _)| *name == level && !best);
        if let (Some((_, share)), Some(floor), Some(ratio)) =
            (share, self.floor(1), self.ratio(time, 1))
        {
            let floor = share * floor;
            if ratio < floor {
                all.push(format!("{name}: {ratio:.2} at {level}, floor {floor:.2}"));
            }
        }
        let lead = self.naive().map_or(1.0, |naive| naive.least / time.least);
        if lead < NAIVE {
            all.push(format!("{name}: {lead:.2} of the naive loop's speed at {level}"));
        }
        all
    }
}
