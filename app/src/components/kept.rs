//! A part of a page that a live refresh leaves alone until what it shows is different. What is drawn again has every attribute
//! of its elements taken off and put on, which a table of fifty rows and a hundred open tabs feel.

use std::any::Any;

use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// Draws `data`, and again only when it is no longer the same. Signals, effects and handlers do not belong into it: their owner
/// ends with the drawing that made them, and this one stays.
pub fn kept<T: Clone + PartialEq + Send + 'static>(data: T, draw: fn(T) -> AnyView) -> AnyView {
    any(Box::new(Of { data, draw }))
}

/// One type whatever is shown, so that the WASM has its code once.
fn any(part: Box<dyn Part>) -> AnyView {
    Kept(part).into_any()
}

struct Kept(Box<dyn Part>);

trait Part: Any + Send {
    #[cfg(feature = "ssr")]
    fn view(self: Box<Self>) -> AnyView;
    /// The same in a browser, where the data stays to be compared with.
    fn copy(&self) -> AnyView;
    fn is_same(&self, other: &dyn Any) -> bool;
}

struct Of<T> {
    data: T,
    draw: fn(T) -> AnyView,
}

impl<T: Clone + PartialEq + Send + 'static> Part for Of<T> {
    #[cfg(feature = "ssr")]
    fn view(self: Box<Self>) -> AnyView {
        (self.draw)(self.data)
    }

    fn copy(&self) -> AnyView {
        (self.draw)(self.data.clone())
    }

    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| other.data == self.data)
    }
}

struct KeptState {
    part: Box<dyn Part>,
    view: AnyViewState,
}

impl Render for Kept {
    type State = KeptState;

    fn build(self) -> KeptState {
        KeptState { view: self.0.copy().build(), part: self.0 }
    }

    fn rebuild(self, state: &mut KeptState) {
        let before: &dyn Any = &*state.part;
        if !self.0.is_same(before) {
            self.0.copy().rebuild(&mut state.view);
            state.part = self.0;
        }
    }
}

no_attrs!(Kept);

impl RenderHtml for Kept {
    type AsyncOutput = Kept;
    type Owned = Kept;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Kept {
        self
    }

    #[cfg_attr(not(feature = "ssr"), expect(unused_variables, reason = "only the host writes HTML"))]
    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        #[cfg(feature = "ssr")]
        self.0.view().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> KeptState {
        KeptState { view: self.0.copy().hydrate::<FROM_SERVER>(cursor, position), part: self.0 }
    }

    fn into_owned(self) -> Kept {
        self
    }
}

impl Mountable for KeptState {
    fn unmount(&mut self) {
        self.view.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.view.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.view.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.view.elements()
    }
}
