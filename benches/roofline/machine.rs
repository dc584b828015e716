//! Where and when this was measured.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};
use stridewise::Level;

/// Lines of Markdown: CPU, level, threads, date, load, command.
pub fn facts() -> String {
    let level = stridewise::level().map(Level::name).unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    format!(
        "- CPU: {}\n- Level: {level}\n- Threads: one and two; the machine runs {threads}\n\
         - Date: {}\n- Load: {}\n- Command: `cargo bench --bench roofline -- {}`\n",
        cpu(),
        today(),
        load(),
        arguments.join(" ")
    )
}

/// The CPU by its name, model and caches, as Linux tells them.
fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        info.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_string())
        })
    };
    let Some(name) = field("model name") else { return std::env::consts::ARCH.into() };
    let model = match (field("cpu family"), field("model")) {
        (Some(family), Some(model)) => format!(", family {family} model {model}"),
        _ => String::new(),
    };
    format!("{name}{model}{}", caches())
}

fn caches() -> String {
    let read = |index: usize, what: &str| {
        let path = format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{what}");
        fs::read_to_string(path).map(|text| text.trim().to_string()).unwrap_or_default()
    };
    (0..8)
        .filter(|&index| ["Data", "Unified"].contains(&read(index, "type").as_str()))
        .map(|index| format!(", L{} {}", read(index, "level"), read(index, "size")))
        .collect()
}

/// How busy the machine was, as Linux tells it.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    match text.split(' ').nth(1) {
        Some(load) => format!("{load} over the last five minutes, this benchmark included"),
        None => "not known".into(),
    }
}

/// Year, month and day of now, in UTC.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (year, month, day) = civil(since.as_secs() as i64 / 86_400);
    format!("{year}-{month:02}-{day:02}")
}

/// The date so many days after 1970-01-01: years begin in March, so that the
/// day that is not in every year is the last one.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}
