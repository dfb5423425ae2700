//! Five fields of cron as people say them, where they have words for them.

/// "every day at 02:00"; none for what is told best by the fields themselves.
pub fn words(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else { return None };
    if month != "*" {
        return None;
    }
    let days = days(day, weekday)?;
    if let Some(step) = every(minute) {
        let step = if step == 1 { "every minute".to_owned() } else { format!("every {step} minutes") };
        return match hours(hour) {
            None if hour != "*" => None,
            None if days == "every day" => Some(step),
            None => Some(format!("{step}, {days}")),
            Some((first, last)) => Some(format!("{step} from {first:02}:00 to {last:02}:59, {days}")),
        };
    }
    let minute = number(minute, 59)?;
    match (every(hour), number(hour, 23)) {
        (Some(1), _) if days == "every day" => Some(format!("every hour at {minute} past")),
        (Some(1), _) => Some(format!("every hour at {minute} past, {days}")),
        (Some(step), _) if days == "every day" && 24 % step == 0 => {
            Some(format!("every {step} hours at {minute} past"))
        }
        (_, Some(hour)) => Some(format!("{days} at {hour:02}:{minute:02}")),
        _ => None,
    }
}

/// `*` and `*/5`.
fn every(field: &str) -> Option<u32> {
    match field.strip_prefix('*')? {
        "" => Some(1),
        step => step.strip_prefix('/')?.parse().ok().filter(|step| *step > 0),
    }
}

fn number(field: &str, most: u32) -> Option<u32> {
    field.parse().ok().filter(|number| *number <= most)
}

fn hours(field: &str) -> Option<(u32, u32)> {
    let (first, last) = field.split_once('-').unwrap_or((field, field));
    Some((number(first, 23)?, number(last, 23)?))
}

fn days(day: &str, weekday: &str) -> Option<String> {
    match (day, weekday) {
        ("*", "*") => Some("every day".into()),
        ("*", weekday) => match weekday.split_once('-') {
            Some((first, last)) => Some(format!("{} to {}", name(first)?, name(last)?)),
            None => {
                let names: Option<Vec<&str>> = weekday.split(',').map(name).collect();
                Some(format!("every {}", names?.join(" and ")))
            }
        },
        (day, "*") => number(day, 31).map(|day| format!("on day {day} of every month")),
        _ => None,
    }
}

fn name(weekday: &str) -> Option<&'static str> {
    let names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let of_word = names.into_iter().find(|name| name[..3].eq_ignore_ascii_case(weekday));
    of_word.or_else(|| names.get(weekday.parse::<usize>().ok()?).copied())
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_people_have_words_for_is_told_in_words() {
        for (cron, told) in [
            ("* * * * *", "every minute"),
            ("*/15 * * * *", "every 15 minutes"),
            ("*/10 0-1 * * *", "every 10 minutes from 00:00 to 01:59, every day"),
            ("*/5 8-17 * * 1-5", "every 5 minutes from 08:00 to 17:59, Monday to Friday"),
            ("30 3 * * *", "every day at 03:30"),
            ("5 * * * *", "every hour at 5 past"),
            ("0 */6 * * *", "every 6 hours at 0 past"),
            ("0 2 * * sun", "every Sunday at 02:00"),
            ("0 2 * * 1,4", "every Monday and Thursday at 02:00"),
            ("0 2 1 * *", "on day 1 of every month at 02:00"),
        ] {
            assert_eq!(words(cron).as_deref(), Some(told), "{cron}");
        }
    }

    #[test]
    fn the_rest_is_left_as_it_is() {
        for cron in [
            "0 2 1 1 *",
            "0,30 2 * * *",
            "0 2 1 * 1",
            "0 */7 * * *",
            "0 2 * * 9",
            "every day",
            "0 2 L * *",
            "0 99 * * *",
            "",
        ] {
            assert_eq!(words(cron), None, "{cron}");
        }
    }
}
