//! A slice of something longer: what is rendered once, front to back, goes into several files.

use crate::mixer::Span;
use crate::render::Spans;
use crate::time::Frames;

/// Gives the frames of another away, up to a moment; that goes on from there. Positions are
/// those of the whole.
pub struct Slice<'a> {
    whole: &'a mut dyn Spans,
    until: Frames,
}

impl<'a> Slice<'a> {
    /// What is left of `whole` up to `until`.
    pub fn new(whole: &'a mut dyn Spans, until: Frames) -> Self {
        Self { whole, until }
    }
}

impl Spans for Slice<'_> {
    fn position(&self) -> Frames {
        self.whole.position()
    }

    fn next_span(&mut self, most: usize) -> Option<Span<'_>> {
        let left = self.until.0.saturating_sub(self.whole.position().0);
        let most = usize::try_from(left).map_or(most, |left| left.min(most));
        if most == 0 { None } else { self.whole.next_span(most) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mixer::Span;
    use crate::render::Renderer;
    use crate::sounds::Sounds;
    use crate::timeline::{Ear, Timeline};

    fn samples(spans: &mut dyn Spans, most: usize) -> Vec<i16> {
        let mut samples = Vec::new();
        while let Some(span) = spans.next_span(most) {
            match span {
                Span::Silence(frames) => samples.resize(samples.len() + frames, 0),
                Span::Samples(given, Ear::Both) => samples.extend_from_slice(given),
                _ => panic!("both ears hear the same 16 bits"),
            }
        }
        samples
    }

    #[test]
    fn slices_joined_are_the_whole_wherever_it_is_cut() {
        let sound: &[i16] = &[1, 2, 3, 4, 5];
        let timeline = Timeline::of(20, &[sound], &[(2, 0, Ear::Both), (5, 0, Ear::Both)]);
        let (timeline, sounds) = (Arc::new(timeline), Arc::new(Sounds::of(&[sound])));
        let renderer = || Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        let whole = samples(&mut renderer(), 100);
        assert_eq!(whole, [0, 0, 1, 2, 3, 5, 7, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for most in [1, 3, 100] {
            for cut in 0..20 {
                let mut renderer = renderer();
                let head = samples(&mut Slice::new(&mut renderer, Frames(cut)), most);
                assert_eq!((head.len() as u64, renderer.position()), (cut, Frames(cut)));
                let tail = samples(&mut Slice::new(&mut renderer, Frames(20)), most);
                assert_eq!([head, tail].concat(), whole);
            }
        }
    }

    #[test]
    fn a_slice_ends_with_the_whole() {
        let timeline = Timeline::of(4, &[], &[]);
        let mut renderer = Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&[])));
        assert_eq!(samples(&mut Slice::new(&mut renderer, Frames(9)), 3), [0; 4]);
    }
}
