//! The playlist of a folder of tracks: extended M3U in UTF-8, which has no standard beyond what
//! Winamp began and every player reads. A comment in it says that the files that it names are
//! ours, so that they may be replaced.

use super::{Track, Tracks};
use crate::chapters::tag_text;
use crate::time::Rate;

/// The second line of a playlist of ours.
const OURS: &str = "# earcoach: these tracks are replaced by export --tracks --force";

/// The text of a playlist.
pub fn text(title: &str, tracks: &Tracks, rate: Rate) -> String {
    let title = tag_text(title);
    let title = if title.is_empty() { String::new() } else { format!("#PLAYLIST:{title}\n") };
    let tracks: String = tracks.tracks.iter().map(|track| entry(track, rate)).collect();
    format!("#EXTM3U\n{OURS}\n{title}{tracks}")
}

/// A track with its length in whole seconds: some players read no parts of them.
fn entry(track: &Track, rate: Rate) -> String {
    let seconds = (rate.moment_of(track.frames()).0 + 500) / 1000;
    format!("#EXTINF:{seconds},{}\n{}\n", tag_text(&track.title), track.file)
}

/// The files that a playlist of ours names; `None` if it is somebody else's.
pub fn files(text: &str) -> Option<Vec<&str>> {
    let mut lines = text.lines();
    let is_ours = lines.next() == Some("#EXTM3U") && lines.next() == Some(OURS);
    is_ours.then(|| lines.filter(|line| !line.starts_with('#')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine::Verb;
    use crate::timeline::Timeline;

    fn tracks() -> Tracks {
        let steps =
            [(Verb::Deepen, "#1\n../a 1 of 1", 0, 60_000), (Verb::Hold, "Hold", 60_000, 84_000)];
        Tracks::of(&Timeline::of(144_000, &[], &[]).with_steps(&steps), "wav")
    }

    #[test]
    fn each_track_has_its_length_its_name_and_its_file() {
        let expected = "\
#EXTM3U
# earcoach: these tracks are replaced by export --tracks --force
#PLAYLIST:Calm down
#EXTINF:8,#1 ../a - Next at your limit
01 1 a - Next at your limit.wav
#EXTINF:11,Hold
02 Hold.wav
";
        assert_eq!(text("Calm\ndown", &tracks(), Rate::new(8000).unwrap()), expected);
    }

    #[test]
    fn only_a_playlist_of_ours_names_what_may_be_replaced() {
        let ours = text("", &tracks(), Rate::new(8000).unwrap());
        assert_eq!(files(&ours), Some(vec!["01 1 a - Next at your limit.wav", "02 Hold.wav"]));
        assert_eq!(files("#EXTM3U\nsong.mp3\n"), None);
        assert_eq!(files(""), None);
    }
}
