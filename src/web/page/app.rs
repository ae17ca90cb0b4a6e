//! The page: what it knows, and what happens to that when the visitor or the worker does something.
//!
//! The element `main#studio` and the elements with an id say in `data-` attributes what the page
//! knows. Styles and the tests in real browsers read them; they are part of the interface.

use js_sys::Reflect;
use leptos::{html, mount::mount_to, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    File, HtmlElement, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition, UrlSearchParams,
};

use super::{
    bridge::{Bridge, News, Order, Origin},
    controls::{self, Controls},
    embed::{self, Turn},
    export::{self, Work},
    marking::Marking,
    networks::{self, Networks},
    offline::{Newer, Offline},
    picker::{self, Choice, Role, Well},
    spawn,
    stage::{self, LossAt, Progress, Stage, Wall, counted},
};
use crate::{
    chosen::content_weight,
    layer::Layer,
    link::{Ignored, Link},
    message::{Ending, Engine, Event, Failure, Frame, JobId, Losses, Phase, Saving, Styled, Tuning},
    mode::Mode,
    options::Options,
    recipe::Recipe,
    schedule::Plan,
    timeline::Timeline,
    web::{decode, now, spoken},
};

/// What the page is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was painted yet.
    Idle,
    /// A run is being prepared.
    Loading,
    /// Steps are made.
    Painting,
    /// All steps were made.
    Done,
    /// The visitor stopped the run.
    Stopped,
    /// The run failed; the pictures and what was painted are still there.
    Failed,
}

impl State {
    /// As it stands in `data-state`, and in messages to a page around this one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Loading => "loading",
            Self::Painting => "painting",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// Whether there is something that can be stopped.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Loading | Self::Painting)
    }
}

/// What "Paint again" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// From the picture that is on the wall.
    GoOn,
    /// From the photo.
    Afresh,
}

/// The frame on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// How many steps it has behind it.
    pub step: u32,
}

/// Something that went wrong, in words for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    kind: &'static str,
    text: String,
    /// For those who look into it; folded away.
    details: Option<String>,
}

impl Alert {
    /// `kind` stands in the element's `data-kind`, `text` is for the visitor.
    pub const fn new(kind: &'static str, text: String) -> Self {
        Self { kind, text, details: None }
    }

    /// The same with something for those who look into it.
    #[must_use]
    pub fn with_details(self, details: Option<String>) -> Self {
        Self { details, ..self }
    }
}

impl From<&Failure> for Alert {
    fn from(failure: &Failure) -> Self {
        let text = failure.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        Self::new(failure.kind(), format!("{first}{}.", letters.as_str().trim_end_matches('.')))
            .with_details(failure.details())
    }
}

/// The run that is being made.
#[derive(Clone, Debug)]
struct Run {
    content: Choice,
    style: Choice,
    second: Option<Choice>,
    /// It goes on from the picture on the wall.
    goes_on: bool,
    /// How it is painted; with the name of the network once that is known.
    recipe: Recipe,
    /// The strength was moved while it was made.
    steered: bool,
    /// What a run from the photo does; one that goes on makes all of its steps at the full size.
    plan: Option<Plan>,
    /// Steps that the picture will have behind it when the run is over.
    to: u32,
    /// Whether one of its frames has come.
    begun: bool,
    /// When the first step was reported, and which it was: the time left is reckoned from there,
    /// since the first step on a GPU also compiles the kernels.
    first: Option<(f64, u32)>,
}

impl Run {
    /// What the picture costs up to `steps`, in steps at the full size: those at small sizes are quick.
    fn work(&self, steps: u32) -> f64 {
        self.plan.as_ref().map_or(f64::from(steps), |plan| plan.work(steps))
    }

    /// What gives the same picture again, once all steps are made: nothing, if it was not painted in one go.
    fn recipe(&self) -> Option<Recipe> {
        (!self.goes_on && !self.steered).then(|| self.recipe.clone())
    }
}

/// Everything that the page knows: a handful of signals, copied to whoever needs them.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub struct Studio {
    /// The page is a frame in another one.
    embed: bool,
    /// What was chosen beyond size, strength and steps.
    pub taste: RwSignal<Options>,
    /// How large the painting is looked at, one of [`STROKES`](crate::link::STROKES).
    pub strokes: RwSignal<u32>,
    pub state: RwSignal<State>,
    pub stopping: RwSignal<bool>,
    pub photo: RwSignal<Choice, LocalStorage>,
    pub painting: RwSignal<Choice, LocalStorage>,
    pub own_photo: RwSignal<Option<Choice>, LocalStorage>,
    pub own_painting: RwSignal<Option<Choice>, LocalStorage>,
    /// The chosen photo's width and height in pixels.
    pub photo_size: RwSignal<Option<(usize, usize)>>,
    /// A painting whose style is blended with the other one's, or is for the marked parts.
    pub second: RwSignal<Option<Choice>, LocalStorage>,
    /// Its share in the blend, in hundredths.
    pub share: RwSignal<u32>,
    pub marking: Marking,
    /// The experiment of the paper, "none", "content" or "texture" ([`Mode`]), and its layer.
    pub experiment: RwSignal<(&'static str, Layer)>,
    /// How far the result on the wall has the photo's colours, in hundredths.
    pub tint: RwSignal<u32>,
    /// Where a pasted picture goes.
    pub last_used: RwSignal<Role>,
    /// The long side of the result in pixels.
    pub size: RwSignal<u32>,
    /// -1.5 (the photo) … 1.5 (the painting).
    pub strength: RwSignal<f64>,
    pub steps: RwSignal<u32>,
    pub again: RwSignal<Again>,
    pub networks: RwSignal<Networks>,
    pub offline: Offline,
    pub engine: RwSignal<Option<(Engine, String)>>,
    /// "network", "cache", or nothing.
    /// How a GPU's algorithms were chosen, and which ones were measured; nothing while that is being done.
    pub tuned: RwSignal<Option<(Tuning, String)>>,
    pub weights_from: RwSignal<&'static str>,
    pub job: RwSignal<JobId>,
    pub progress: RwSignal<Progress>,
    pub losses: RwSignal<Vec<LossAt>>,
    pub shown: RwSignal<Option<Shown>>,
    /// Photo and painting of the picture that is shown.
    pub captions: RwSignal<(String, String)>,
    pub frames_drawn: RwSignal<u32>,
    pub has_work: RwSignal<bool>,
    pub saving: RwSignal<Option<(Saving, f64)>>,
    pub alert: RwSignal<Option<Alert>>,
    /// What a screen reader says aloud.
    pub status: RwSignal<String>,
    canvas: NodeRef<html::Canvas>,
    run: StoredValue<Option<Run>, LocalStorage>,
    /// Held while a demonstration in a frame paints.
    turn: StoredValue<Option<Turn>, LocalStorage>,
    work: StoredValue<Option<Work>, LocalStorage>,
    bridge: StoredValue<Option<Bridge>, LocalStorage>,
    own_files: StoredValue<u32>,
}

impl Studio {
    fn new(link: &Link) -> Self {
        Self {
            embed: link.embed,
            taste: RwSignal::new(Options {
                schedule: link.schedule.unwrap_or_default(),
                color: link.color.unwrap_or_default(),
                style_crop: link.part,
                init: link.init.unwrap_or_default(),
                until: link.until.unwrap_or_default(),
                style_layers: link.layers.unwrap_or_default().layers(),
                optimizer: link.optimizer.unwrap_or_default(),
                style_loss: link.style_loss.unwrap_or_default(),
                pooling: link.pooling.unwrap_or_default(),
                ..Options::default()
            }),
            strokes: RwSignal::new(link.strokes.unwrap_or(100)),
            state: RwSignal::new(State::Idle),
            stopping: RwSignal::new(false),
            photo: RwSignal::new_local(Role::Photo.first_choice(link.photo.as_ref())),
            painting: RwSignal::new_local(Role::Painting.first_choice(link.painting.as_ref())),
            own_photo: RwSignal::new_local(None),
            own_painting: RwSignal::new_local(None),
            photo_size: RwSignal::new(None),
            second: RwSignal::new_local(None),
            share: RwSignal::new(50),
            marking: Marking::default(),
            experiment: RwSignal::new(link.mode.map_or(("none", Layer::Conv4_2), Mode::named)),
            tint: RwSignal::new(0),
            last_used: RwSignal::new(Role::Photo),
            size: RwSignal::new(link.size.unwrap_or(256)),
            strength: RwSignal::new(link.strength.unwrap_or(0.0)),
            steps: RwSignal::new(link.steps.unwrap_or(100)),
            again: RwSignal::new(Again::Afresh),
            networks: RwSignal::new(Networks::new(link.engine, link.network.clone())),
            offline: Offline::default(),
            engine: RwSignal::new(None),
            tuned: RwSignal::new(Some((Tuning::Rule, String::new()))),
            weights_from: RwSignal::new(""),
            job: RwSignal::new(JobId::default()),
            progress: RwSignal::new(Progress::default()),
            losses: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            captions: RwSignal::new((String::new(), String::new())),
            frames_drawn: RwSignal::new(0),
            has_work: RwSignal::new(false),
            saving: RwSignal::new(None),
            alert: RwSignal::new(None),
            status: RwSignal::new("Ready: choose a photo and a painting, then press Paint.".to_owned()),
            canvas: NodeRef::new(),
            run: StoredValue::new_local(None),
            turn: StoredValue::new_local(None),
            work: StoredValue::new_local(None),
            bridge: StoredValue::new_local(None),
            own_files: StoredValue::new(0),
        }
    }

    /// The picture that is chosen for a role.
    pub fn chosen(self, role: Role) -> RwSignal<Choice, LocalStorage> {
        match role {
            Role::Photo => self.photo,
            Role::Painting => self.painting,
        }
    }

    /// The visitor's own file for a role, whether it is the one that is chosen or not.
    pub fn own(self, role: Role) -> RwSignal<Option<Choice>, LocalStorage> {
        match role {
            Role::Photo => self.own_photo,
            Role::Painting => self.own_painting,
        }
    }

    /// Chooses a file of the visitor's own, if it is a picture; if not, the choice stays.
    pub fn take_file(self, role: Role, file: File) {
        self.last_used.set(role);
        self.open(file, move |choice| {
            self.own(role).set(Some(choice.clone()));
            self.chosen(role).set(choice);
        });
    }

    /// Hands on a file of the visitor's own, if it is a picture; if not, says so.
    pub fn open(self, file: File, take: impl FnOnce(Choice) + 'static) {
        spawn(async move {
            let name = file.name();
            match decode::measure(&file, &name).await {
                Ok(_) => {
                    self.own_files.update_value(|count| *count += 1);
                    if let Some(choice) = Choice::own(self.own_files.get_value(), file) {
                        self.alert.set(None);
                        take(choice);
                    }
                }
                Err(failure) => self.alert.set(Some(Alert::from(&failure))),
            }
        });
    }

    /// Starts a run with what is chosen now.
    pub fn paint(self) {
        if self.state.get_untracked().is_running() {
            return;
        }
        let goes_on = self.has_work.get_untracked() && self.again.get_untracked() == Again::GoOn;
        let start = self.work.with_value(|work| {
            let work = work.as_ref().filter(|_| goes_on)?;
            let last = work.timeline.last()?;
            Some(Origin {
                step: last.step,
                width: work.width,
                height: work.height,
                pixels: last.pixels.clone(),
            })
        });
        let options = controls::options(self);
        let from = start.as_ref().map_or(0, |origin| origin.step);
        let (content, style) = (self.photo.get_untracked(), self.painting.get_untracked());
        let pack = networks::for_a_run(self.networks);
        let mask = self.marking.mask();
        let share = self.share.get_untracked() as f32 / 100.0;
        let second = self.second.get_untracked();
        let first_share = if second.is_some() { 1.0 - share } else { 1.0 };
        let styles: Vec<_> = [(style.clone(), first_share)]
            .into_iter()
            .chain(second.clone().map(|second| (second, share)))
            .collect();
        let weights: Vec<f32> = styles.iter().map(|(_, weight)| *weight).collect();
        let run = Run {
            content: content.clone(),
            style,
            second,
            goes_on: start.is_some(),
            recipe: Recipe::new("", &options, &weights, mask.is_some()),
            steered: false,
            plan: None,
            to: from + options.steps,
            begun: false,
            first: None,
        };
        self.progress.set(Progress {
            phase: Stage::Engine,
            step: from,
            steps: run.to,
            done: f64::from(from) / f64::from(run.to),
            ..Progress::default()
        });
        self.run.set_value(Some(run));
        self.losses.set(Vec::new());
        self.frames_drawn.set(0);
        self.alert.set(None);
        self.stopping.set(false);
        self.weights_from.set("");
        self.state.set(State::Loading);
        self.status.set("Getting ready to paint.".to_owned());
        self.job.update(|job| *job = job.next());
        let job = self.job.get_untracked();
        self.show_stage();

        spawn(async move {
            // Stopped meanwhile, perhaps even started again.
            let is_over = move || self.job.get_untracked() != job || !self.state.get_untracked().is_running();
            if self.embed {
                self.progress.update(|progress| progress.phase = Stage::Turn);
                let turn = embed::turn().await;
                if is_over() {
                    return;
                }
                self.turn.set_value(turn);
                self.progress.update(|progress| progress.phase = Stage::Engine);
            }
            let files = async {
                let mut paintings = Vec::new();
                for (choice, weight) in &styles {
                    let styled = Styled { picture: choice.id, weight: *weight };
                    paintings.push((styled, export::file(choice).await?));
                }
                Ok((export::file(&content).await?, paintings))
            };
            let files = files.await;
            if is_over() {
                return;
            }
            match files {
                Ok((photo, styles)) => {
                    let order = Order { options, pack, content: (content.id, photo), styles, mask, start };
                    self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.paint(order)));
                }
                Err(failure) => self.failed(&failure),
            }
        });
    }

    /// Stops the run after the step that is being made.
    pub fn stop(self) {
        if !self.state.get_untracked().is_running() || self.stopping.get_untracked() {
            return;
        }
        self.stopping.set(true);
        self.status.set("Stopping after this step.".to_owned());
        let asked = self.bridge.with_value(|bridge| bridge.as_ref().is_some_and(Bridge::stop));
        if !asked {
            // The files were still on their way: nothing has been asked of the worker yet.
            self.ended(Ending::Stopped, self.progress.with_untracked(|progress| progress.step), None);
        }
    }

    /// Sets the strength: a run that is under way follows.
    pub fn set_strength(self, strength: f64) {
        self.strength.set(strength);
        if self.state.get_untracked().is_running() {
            let weight = content_weight(strength);
            self.run.update_value(|run| {
                if let Some(run) = run {
                    run.steered = true;
                }
            });
            self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.set_content_weight(weight)));
        }
    }

    /// Saves what is on the wall.
    pub fn save(self, what: Saving) {
        let Some(work) = self.work.get_value().filter(|_| self.saving.get_untracked().is_none()) else {
            return;
        };
        self.saving.set(Some((what, 0.0)));
        spawn(async move {
            // Let the browser show that the button was pressed before the work begins.
            gloo_timers::future::TimeoutFuture::new(0).await;
            if let Err(error) = work
                .save(what, self.tint.get_untracked(), move |part| self.saving.set(Some((what, part))))
                .await
            {
                let text = format!("Saving failed: {error}.");
                self.alert.set(Some(Alert::new("export", text).with_details(error.details())));
            }
            self.saving.set(None);
        });
    }

    fn receive(self, news: News) {
        match news {
            News::FellBack(reason) => {
                self.networks.update(|networks| networks.engine = Some(Engine::Cpu));
                let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
                self.status.set(format!("WebGPU cannot be used here{reason}: the processor paints instead."));
            }
            News::Frame(frame, pixels) => self.show_frame(&frame, pixels),
            News::Event(event) => match event {
                Event::Ready { engine, device, .. } => {
                    self.networks.update(|networks| networks.engine = Some(engine));
                    self.engine.set(Some((engine, device)));
                    self.tuned.set(Some((Tuning::Rule, String::new())));
                    self.get_ahead(engine);
                }
                Event::Tuned { by, algorithms } => self.tuned.set(Some((by, algorithms))),
                Event::Loading { phase, .. } => self.loading(phase),
                Event::Started { width, height, network, .. } => {
                    self.run.update_value(|run| {
                        if let Some(run) = run {
                            let size = (width, height);
                            run.plan = (!run.goes_on).then(|| Plan::new(&run.recipe.options, size, size));
                            run.recipe.network = network;
                        }
                    });
                    self.progress.update(|progress| progress.phase = Stage::Painting);
                    self.state.set(State::Painting);
                    self.status.set("Painting has begun.".to_owned());
                }
                Event::Progress { made, step, losses, .. } => self.progressed(made, step, losses),
                Event::Done { reason, step, losses, .. } => self.ended(reason, step, losses),
                Event::Failed { failure, .. } => self.failed(&failure),
                // Frames come with their pixels, see above.
                Event::Frame { .. } => {}
            },
        }
    }

    /// The engine is there: what a visitor will most likely want next is fetched while they choose, and all of it is kept
    /// for visits without a network. Not in a frame, whose page was not opened for this.
    fn get_ahead(self, engine: Engine) {
        if self.embed {
            return;
        }
        if !saves_data() {
            let pack = networks::next(self.networks);
            self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.prepare(pack)));
        }
        self.offline.keep(engine);
    }

    /// Has the GPU's algorithms for the network that is chosen chosen anew.
    pub fn tune(self, by: Tuning) {
        let pack = networks::next(self.networks);
        let asked =
            self.bridge.with_value(|bridge| bridge.as_ref().is_some_and(|bridge| bridge.tune(pack, by)));
        if asked {
            self.tuned.set(None);
        }
    }

    fn loading(self, phase: Phase) {
        self.progress.update(|progress| match phase {
            Phase::Pictures => progress.phase = Stage::Pictures,
            Phase::Targets => progress.phase = Stage::Targets,
            Phase::Weights { bytes, total, .. } => {
                progress.phase = Stage::Weights;
                progress.bytes = (bytes, total);
            }
        });
        if let Phase::Weights { bytes, total, cached, kept } = phase {
            if !kept {
                self.networks.update(|networks| networks.no_room = true);
            }
            if bytes > 0 {
                self.weights_from.set(if cached { "cache" } else { "network" });
            }
            if bytes == 0 && total > 0 {
                self.status.set("Loading the network that looks at the pictures.".to_owned());
            }
        }
    }

    fn show_frame(self, frame: &Frame, pixels: js_sys::Uint8ClampedArray) {
        let &Frame { width, height, step, .. } = frame;
        let Some(run) = self
            .run
            .try_update_value(|run| {
                let run = run.as_mut()?;
                let first = !std::mem::replace(&mut run.begun, true);
                Some((run.clone(), first))
            })
            .flatten()
        else {
            return;
        };
        let (run, first) = run;
        self.work.update_value(|work| {
            let kept = work
                .take()
                .filter(|work| !first || (run.goes_on && (work.width, work.height) == (width, height)));
            let mut kept = kept.unwrap_or_else(|| Work {
                width,
                height,
                content: run.content.clone(),
                style: run.style.clone(),
                second: run.second.clone(),
                timeline: Timeline::new(width * height * 4),
                recipe: None,
                photo: None,
            });
            if kept.content.id != run.content.id {
                kept.photo = None;
            }
            (kept.content, kept.style) = (run.content.clone(), run.style.clone());
            kept.second.clone_from(&run.second);
            // This is another picture than the one that it told of.
            kept.recipe = None;
            kept.timeline.push(step, pixels);
            *work = Some(kept);
        });
        if first {
            let styles = [Some(&run.style), run.second.as_ref()].into_iter().flatten().map(Choice::label);
            self.captions.set((run.content.title.clone(), styles.collect::<Vec<_>>().join(" and ")));
            self.read_colors();
        }
        if !self.draw() {
            return;
        }
        self.has_work.set(true);
        self.shown.set(Some(Shown { width, height, step }));
        self.frames_drawn.update(|frames| *frames += 1);
    }

    /// Draws the latest frame; whether that was possible.
    fn draw(self) -> bool {
        let drawn = self.work.with_value(|work| {
            let (work, canvas) = (work.as_ref()?, self.canvas.get_untracked()?);
            let frame = work.timeline.last()?;
            let pixels = work.tinted(&frame.pixels, self.tint.get_untracked());
            Some(stage::draw(&canvas, &pixels, work.width, work.height))
        });
        if let Some(Err(error)) = drawn {
            let text = format!("The picture cannot be shown ({}).", spoken(&error));
            self.alert.set(Some(Alert::new("export", text)));
            return false;
        }
        true
    }

    /// The result gets the photo's colours as far as it was asked for.
    pub fn tint_changed(self) {
        self.read_colors();
        self.draw();
    }

    /// Reads the photo for its colours, if they are wanted and not there yet, and draws the result with them.
    fn read_colors(self) {
        let wanted = self.work.with_value(|work| {
            let work = work.as_ref().filter(|work| work.photo.is_none())?;
            (self.tint.get_untracked() > 0).then(|| (work.content.clone(), work.width, work.height))
        });
        let Some((content, width, height)) = wanted else { return };
        spawn(async move {
            let photo = async {
                decode::decode_roughly(&export::file(&content).await?, &content.title, width, height).await
            };
            match photo.await {
                Ok(photo) => {
                    self.work.update_value(|work| {
                        // Unless there is another picture by now.
                        if let Some(work) = work.as_mut().filter(|work| work.content.id == content.id) {
                            work.photo =
                                Some(photo).filter(|photo| photo.size() == (work.width, work.height));
                        }
                    });
                    self.draw();
                }
                Err(failure) => self.alert.set(Some(Alert::from(&failure))),
            }
        });
    }

    fn progressed(self, made: u32, step: u32, losses: Losses) {
        let time = now();
        let reckoned = self.run.try_update_value(|run| {
            let run = run.as_mut()?;
            let (since, first) = *run.first.get_or_insert((time, made));
            let (done, all) = (run.work(made), run.work(run.to));
            let pace = (time - since) / (done - run.work(first));
            Some((done / all, pace.is_finite().then(|| pace * (all - done) / 1000.0)))
        });
        let (done, left) = reckoned.flatten().unwrap_or_default();
        self.losses.update(|all| all.push(LossAt { step, losses }));
        self.progress.update(|progress| {
            progress.step = made;
            progress.done = done;
            progress.seconds_left = left.filter(|_| done < 1.0);
        });
    }

    fn ended(self, reason: Ending, step: u32, losses: Option<Losses>) {
        if let Some(losses) = losses {
            self.losses.update(|all| {
                all.retain(|at| at.step < step);
                all.push(LossAt { step, losses });
            });
        }
        self.progress.update(|progress| {
            progress.phase = Stage::Rest;
            progress.step = step;
            progress.seconds_left = None;
            if reason == Ending::Finished {
                progress.done = 1.0;
            }
        });
        self.stopping.set(false);
        if reason == Ending::Finished {
            let recipe = self.run.with_value(|run| run.as_ref().and_then(Run::recipe));
            self.work.update_value(|work| {
                if let Some(work) = work {
                    work.recipe = recipe;
                }
            });
        }
        let (state, words) = match reason {
            Ending::Finished => (State::Done, format!("Finished after {}.", counted(step, "step"))),
            Ending::Stopped => (State::Stopped, format!("Stopped after {}.", counted(step, "step"))),
        };
        // What a visitor most likely wants next.
        self.again.set(if reason == Ending::Finished { Again::Afresh } else { Again::GoOn });
        self.state.set(state);
        self.status.set(words);
        self.run.set_value(None);
        self.turn.set_value(None);
        // Else there is nothing new to add up; and a frame does not show it.
        if !self.embed && self.weights_from.get_untracked() == "network" {
            spawn(self.offline.measure());
        }
    }

    fn failed(self, failure: &Failure) {
        if failure.is_fatal() {
            self.engine.set(None);
        }
        self.progress.update(|progress| {
            progress.phase = Stage::Rest;
            progress.seconds_left = None;
        });
        self.stopping.set(false);
        let begun = self.run.with_value(|run| run.as_ref().is_some_and(|run| run.begun));
        self.again.set(if begun && !matches!(failure, Failure::Diverged(_)) {
            Again::GoOn
        } else {
            Again::Afresh
        });
        self.run.set_value(None);
        self.turn.set_value(None);
        self.state.set(State::Failed);
        self.status.set(String::new());
        self.alert.set(Some(Alert::from(failure)));
    }

    /// On a phone the picture is below the controls: bring it into view. In a frame that would move the page around it.
    pub fn show_stage(self) {
        if self.embed {
            return;
        }
        let Some(window) = web_sys::window() else { return };
        let matches =
            |query: &str| window.match_media(query).ok().flatten().is_some_and(|list| list.matches());
        if !matches("(max-width: 60rem)") {
            return;
        }
        let stage = self.canvas.get_untracked().and_then(|canvas| canvas.closest(".stage").ok().flatten());
        if let Some(stage) = stage {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Start);
            let calm = matches("(prefers-reduced-motion: reduce)");
            options.set_behavior(if calm { ScrollBehavior::Instant } else { ScrollBehavior::Smooth });
            stage.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}

/// The page.
#[component]
fn App() -> impl IntoView {
    let link = link();
    let studio = Studio::new(&link);
    provide_context(studio);
    picker::accept_anywhere(studio);
    let bridge = Bridge::new(link.engine, move |news| studio.receive(news));
    studio.bridge.set_value(Some(bridge.clone()));
    spawn(networks::ask(studio.networks));
    if let Some(host) = link.host {
        embed::report(studio, host);
    }
    // The page is painted first; only then is the engine loaded.
    gloo_timers::callback::Timeout::new(50, move || {
        bridge.open();
        if link.embed {
            studio.paint();
        }
    })
    .forget();

    view! {
        <main
            id="studio"
            data-state=move || studio.state.get().name()
            data-engine=move || studio.engine.get().map_or("", |(engine, _)| engine.name())
            data-weights=move || studio.weights_from.get()
            data-job=move || studio.job.get().0.to_string()
        >
            {move || studio.alert.get().map(|alert| view! {
                <div id="error" class="alert" role="alert" data-kind=alert.kind>
                    <p>{alert.text}</p>
                    <button type="button" on:click=move |_| studio.alert.set(None)>"Dismiss"</button>
                    {alert.details.map(|details| view! {
                        <details><summary>"Details"</summary><p>{details}</p></details>
                    })}
                </div>
            })}
            <Newer />
            <Well role=Role::Photo />
            <Well role=Role::Painting />
            <Controls />
            <Wall canvas=studio.canvas />
            // Shown in a frame only, where there is nothing to choose.
            <a class="away" href="./" target="_blank" rel="noopener">"Paint your own photo"</a>
        </main>
    }
}

/// Whether the browser was told to load no more than it must.
fn saves_data() -> bool {
    let property = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let navigator = property(&js_sys::global(), "navigator");
    // Not known to every browser.
    let connection = property(&navigator, "connection");
    connection.is_object() && property(&connection, "saveData").is_truthy()
}

/// What the address of the page asks for. What cannot be had is said in the console.
fn link() -> Link {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let Ok(parameters) = UrlSearchParams::new_with_str(&search) else { return Link::default() };
    let link = Link::read(|key| parameters.get(key));
    link.ignored.iter().for_each(warn);
    link
}

/// Tells whoever wrote the address; visitors need not know.
pub fn warn(ignored: &Ignored) {
    web_sys::console::warn_1(&format!("Impasto: {ignored}.").into());
}

/// Puts the page in the place of the shell that `index.html` shows until then.
pub fn start() {
    console_error_panic_hook::set_once();
    let place = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(place) = place {
        place.set_inner_html("");
        mount_to(place.unchecked_into::<HtmlElement>(), App).forget();
    }
}
