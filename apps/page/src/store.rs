//! Defines the store: the signals with the whole state of the page, in groups.
//!
//! Views read it, actions change it. The groups are `Copy`, so that a function can take only the ones that it needs.

use js_sys::Uint8ClampedArray;
use leptos::{html, prelude::*};
use options::{Engine, Experiment, Options, link::Link, settings::Settings};
use protocol::{JobId, Tuning};
use web_sys::ServiceWorker;
use weights::Layer;

use crate::model::{
    alert::Alert,
    brush_mask::{Brush, BrushMask},
    choice::{Choice, Role},
    format::{Format, VIDEO_SECONDS},
    history::History,
    kept_settings::KeptSettings,
    networks::Networks,
    pace::Paces,
    progress::{LossAt, Progress},
    result::{PaintedResult, Shown},
    run::{RepaintFrom, Run, RunState},
    zoom::Zoom,
};

/// A result whose pixels are in JavaScript's memory.
pub type FrameResult = PaintedResult<Uint8ClampedArray>;

/// The state of the page.
pub struct Store {
    pub settings: SettingsStore,
    pub sources: SourcesStore,
    pub marking: MarkingStore,
    pub networks: RwSignal<Networks>,
    pub engine: EngineStore,
    pub run: RunStore,
    pub result: ResultStore,
    pub offline: OfflineStore,
    pub ui: UiStore,
}

/// The settings of the next run, except pictures and network.
#[derive(Clone, Copy)]
pub struct SettingsStore {
    /// The long side of the result in pixels.
    pub size: RwSignal<u32>,
    /// Whether the visitor or the address has chosen the size.
    pub size_is_chosen: RwSignal<bool>,
    /// The strength, from -1.5 (the photo) to 1.5 (the painting).
    pub strength: RwSignal<f64>,
    /// The number of steps.
    pub steps: RwSignal<u32>,
    /// The scale at which the painting's features are computed, one of [`STROKES`](options::ranges::STROKES).
    pub strokes: RwSignal<u32>,
    /// The other options.
    pub base: RwSignal<Options>,
    /// The experiment of the paper, "none", "content" or "texture" ([`Experiment`]), and its layer.
    pub experiment: RwSignal<(&'static str, Layer)>,
    /// What the settings were before the visitor went back to the usual ones.
    pub before_usual: RwSignal<Option<KeptSettings>>,
}

/// The input pictures.
#[derive(Clone, Copy)]
pub struct SourcesStore {
    /// The photo that is chosen.
    pub photo: RwSignal<Choice>,
    /// The painting that is chosen.
    pub painting: RwSignal<Choice>,
    /// Pictures on other sites that the page's address names, until the visitor has said whether they are loaded.
    pub named: RwSignal<Vec<(Role, String)>>,
    /// The visitor's own photo, whether it is chosen or not.
    pub own_photo: RwSignal<Option<Choice>>,
    /// The visitor's own painting, whether it is chosen or not.
    pub own_painting: RwSignal<Option<Choice>>,
    /// The chosen photo's width and height in pixels.
    pub photo_size: RwSignal<Option<(usize, usize)>>,
    /// A painting whose style is blended with the other one's, or is for the marked parts.
    pub second: RwSignal<Option<Choice>>,
    /// Its share in the blend, in per cent.
    pub share: RwSignal<u32>,
    /// The role of a pasted picture.
    pub last_used: RwSignal<Role>,
    /// The latest choice of a photo, of a painting and of a second painting.
    pub latest: [Latest; 3],
}

/// Numbers what a visitor asks for, so that of several answers that arrive in any order the one to the latest question counts.
#[derive(Clone, Copy)]
pub struct Latest(StoredValue<u32>);

/// The marked parts of the photo, and the brush.
#[derive(Clone, Copy)]
pub struct MarkingStore {
    /// Whether the brush is in use.
    pub open: RwSignal<bool>,
    /// Whether anything is marked.
    pub any: RwSignal<bool>,
    /// Whether more or less of the photo is kept anywhere.
    pub mapped: RwSignal<bool>,
    /// The mode of the brush.
    pub brush: RwSignal<Brush>,
    /// The width of the brush in per cent of the photo's long side.
    pub width: RwSignal<u32>,
    /// What is marked.
    pub mask: StoredValue<Option<BrushMask>>,
    /// The number of changes: the mask is unchanged while the number is.
    pub version: StoredValue<u32>,
    /// The position of the brush in pixels of the mask, for strokes and the arrow keys.
    pub at: StoredValue<Option<(f32, f32)>>,
    /// The canvas that shows the mask.
    pub canvas: NodeRef<html::Canvas>,
}

/// The engine in the worker.
#[derive(Clone, Copy)]
pub struct EngineStore {
    /// The engine that is ready, and the name of its device.
    pub ready: RwSignal<Option<(Engine, String)>>,
    /// How the GPU's algorithms were chosen, and the measured ones; `None` while they are being measured.
    pub tuned: RwSignal<Option<(Tuning, String)>>,
    /// The paces that were measured.
    pub paces: RwSignal<Paces>,
    /// Where the weights of the latest run came from: "network", "cache", or empty.
    pub weights_from: RwSignal<&'static str>,
}

/// The latest run.
#[derive(Clone, Copy)]
pub struct RunStore {
    /// Its state.
    pub state: RwSignal<RunState>,
    /// Whether a stop was requested and the run has not ended yet.
    pub stopping: RwSignal<bool>,
    /// Its number.
    pub job: RwSignal<JobId>,
    /// The progress.
    pub progress: RwSignal<Progress>,
    /// The losses so far.
    pub losses: RwSignal<Vec<LossAt>>,
    /// What the next run starts from if there is a result.
    pub repaint_from: RwSignal<RepaintFrom>,
    /// The inputs of the current run; `None` when it has ended.
    pub current: StoredValue<Option<Run>>,
}

/// The current result.
#[derive(Clone, Copy)]
pub struct ResultStore {
    /// The frames and the inputs.
    pub current: StoredValue<Option<FrameResult>, LocalStorage>,
    /// Whether there is one.
    pub exists: RwSignal<bool>,
    /// Whether it hangs on the wall; otherwise the photo does, or an example.
    pub on_wall: RwSignal<bool>,
    /// The frame on the canvas.
    pub shown: RwSignal<Option<Shown>>,
    /// The step of the frame that is looked at; `None`: the latest.
    pub looked_at: RwSignal<Option<u32>>,
    /// The steps of the frames that are kept.
    pub kept_steps: RwSignal<Vec<u32>>,
    /// The results of earlier runs, and this one's when it has ended.
    pub history: RwSignal<History<Uint8ClampedArray>, LocalStorage>,
    /// The photo that it was painted from.
    pub photo_of: RwSignal<Option<Choice>>,
    /// The captions of photo and painting.
    pub captions: RwSignal<(String, String)>,
    /// The number of frames of the latest run that were drawn.
    pub frames_drawn: RwSignal<u32>,
    /// The share of the photo's colours, in per cent.
    pub tint: RwSignal<u32>,
    /// The file that is being made, and the progress (0 to 1).
    pub saving: RwSignal<Option<(Format, f64)>>,
    /// Whether the visitor has given up the film that is being made.
    pub cancelled: RwSignal<bool>,
    /// The length of the next film in seconds.
    pub video_seconds: RwSignal<u32>,
    /// The canvas that shows it.
    pub canvas: NodeRef<html::Canvas>,
}

/// What is stored for offline use.
#[derive(Clone, Copy)]
pub struct OfflineStore {
    /// A newer version of the site that is installed and waits to be activated.
    pub newer: RwSignal<Option<ServiceWorker>, LocalStorage>,
    /// The stored items: "the site" or the name of a network's folder, each with its size in bytes.
    pub kept: RwSignal<Vec<(String, f64)>>,
    /// Whether the visitor has removed them.
    pub removed: RwSignal<bool>,
}

/// State of the page as a whole.
#[derive(Clone, Copy)]
pub struct UiStore {
    /// Whether the page is embedded in another one as a frame.
    pub embed: bool,
    /// Whether the photo is laid over the left part of the picture, to be compared with it.
    pub compares: RwSignal<bool>,
    /// The width of that part in per cent.
    pub split: RwSignal<u32>,
    /// The part of the picture that one sees.
    pub zoom: RwSignal<Zoom>,
    /// Whether the visitor wants to be told of the end of a run while looking at something else.
    pub tells: RwSignal<bool>,
    /// The error message, if there is one.
    pub alert: RwSignal<Option<Alert>>,
    /// The status message, which screen readers read aloud.
    pub status: RwSignal<String>,
}

impl Store {
    /// The initial state: the settings in the page's address, and the chosen pictures.
    pub fn new(link: &Link, photo: Choice, painting: Choice) -> Self {
        Self {
            settings: SettingsStore::new(link),
            sources: SourcesStore::new(photo, painting),
            marking: MarkingStore::new(),
            networks: RwSignal::new(Networks::new(link.engine, link.network.clone())),
            engine: EngineStore::new(),
            run: RunStore::new(),
            result: ResultStore::new(),
            offline: OfflineStore::new(),
            ui: UiStore {
                embed: link.embed,
                compares: RwSignal::new(!link.embed),
                split: RwSignal::new(35),
                zoom: RwSignal::new(Zoom::default()),
                tells: RwSignal::new(false),
                alert: RwSignal::new(None),
                status: RwSignal::new("Ready: choose a photo and a painting, then press Paint.".to_owned()),
            },
        }
    }
}

impl SettingsStore {
    fn new(link: &Link) -> Self {
        let (Settings { size, strokes, strength, steps, base }, _) = Settings::nearest(&link.options);
        Self {
            size: RwSignal::new(size),
            size_is_chosen: RwSignal::new(link.has_size || link.embed),
            strength: RwSignal::new(strength),
            steps: RwSignal::new(steps),
            strokes: RwSignal::new(strokes),
            base: RwSignal::new(base),
            experiment: RwSignal::new(named(link.experiment)),
            before_usual: RwSignal::new(None),
        }
    }

    /// Makes what calls it follow every change of the settings.
    pub fn track(self) {
        self.size.track();
        self.strength.track();
        self.steps.track();
        self.strokes.track();
        self.base.track();
        self.experiment.track();
    }

    /// Chooses an experiment, or none.
    pub fn set_experiment(self, experiment: Option<Experiment>) {
        self.experiment.set(named(experiment));
    }

    /// The options for the engine.
    pub fn options(self) -> Options {
        match self.asked_experiment() {
            Some(experiment) => experiment.of(self.plain_options()),
            None => self.plain_options(),
        }
    }

    /// The experiment that is chosen.
    pub fn asked_experiment(self) -> Option<Experiment> {
        let (name, layer) = self.experiment.get_untracked();
        Experiment::by_name(name).map(|experiment| experiment(layer))
    }

    /// The options without those that an experiment sets.
    pub fn plain_options(self) -> Options {
        let settings = Settings {
            size: self.size.get_untracked(),
            strokes: self.strokes.get_untracked(),
            strength: self.strength.get_untracked(),
            steps: self.steps.get_untracked(),
            base: self.base.get_untracked(),
        };
        settings.options()
    }
}

/// The name of an experiment and its layer, as the controls show them.
fn named(experiment: Option<Experiment>) -> (&'static str, Layer) {
    experiment.map_or(("none", Layer::Conv4_2), Experiment::named)
}

impl SourcesStore {
    fn new(photo: Choice, painting: Choice) -> Self {
        Self {
            photo_size: RwSignal::new(photo.size),
            photo: RwSignal::new(photo),
            painting: RwSignal::new(painting),
            named: RwSignal::new(Vec::new()),
            own_photo: RwSignal::new(None),
            own_painting: RwSignal::new(None),
            second: RwSignal::new(None),
            share: RwSignal::new(50),
            last_used: RwSignal::new(Role::Photo),
            latest: [(); 3].map(|()| Latest(StoredValue::new(0))),
        }
    }

    /// The latest choice of a role.
    pub const fn latest(self, role: Role) -> Latest {
        match role {
            Role::Photo => self.latest[0],
            Role::Painting => self.latest[1],
        }
    }

    /// The latest choice of a second painting.
    pub const fn latest_second(self) -> Latest {
        self.latest[2]
    }

    /// The chosen picture of a role.
    pub const fn chosen(self, role: Role) -> RwSignal<Choice> {
        match role {
            Role::Photo => self.photo,
            Role::Painting => self.painting,
        }
    }

    /// The visitor's own file of a role, whether it is chosen or not.
    pub const fn own(self, role: Role) -> RwSignal<Option<Choice>> {
        match role {
            Role::Photo => self.own_photo,
            Role::Painting => self.own_painting,
        }
    }

    /// The paintings and their weights in the blend, which sum to 1.
    pub fn weighted_paintings(self) -> Vec<(Choice, f32)> {
        let first = self.painting.get_untracked();
        match self.second.get_untracked() {
            Some(second) => {
                let share = self.share.get_untracked() as f32 / 100.0;
                vec![(first, 1.0 - share), (second, share)]
            }
            None => vec![(first, 1.0)],
        }
    }
}

impl Latest {
    /// A question that is answered at once: earlier ones do not count any more.
    pub fn settle(self) {
        self.0.update_value(|number| *number += 1);
    }

    /// A question that is answered later; the function says whether it is still the latest.
    pub fn begin(self) -> impl Fn() -> bool + Copy {
        self.settle();
        let number = self.0.get_value();
        move || self.0.get_value() == number
    }
}

impl MarkingStore {
    /// Nothing is marked.
    fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            any: RwSignal::new(false),
            mapped: RwSignal::new(false),
            brush: RwSignal::new(Brush::default()),
            width: RwSignal::new(10),
            mask: StoredValue::new(None),
            version: StoredValue::new(0),
            at: StoredValue::new(None),
            canvas: NodeRef::new(),
        }
    }
}

impl EngineStore {
    /// No engine is ready.
    fn new() -> Self {
        Self {
            ready: RwSignal::new(None),
            tuned: RwSignal::new(Some((Tuning::Rule, String::new()))),
            paces: RwSignal::new(Paces::default()),
            weights_from: RwSignal::new(""),
        }
    }
}

impl RunStore {
    /// Nothing was painted yet.
    fn new() -> Self {
        Self {
            state: RwSignal::new(RunState::Idle),
            stopping: RwSignal::new(false),
            job: RwSignal::new(JobId::default()),
            progress: RwSignal::new(Progress::default()),
            losses: RwSignal::new(Vec::new()),
            repaint_from: RwSignal::new(RepaintFrom::Photo),
            current: StoredValue::new(None),
        }
    }
}

impl ResultStore {
    /// There is no result yet.
    fn new() -> Self {
        Self {
            current: StoredValue::new_local(None),
            exists: RwSignal::new(false),
            on_wall: RwSignal::new(false),
            shown: RwSignal::new(None),
            looked_at: RwSignal::new(None),
            kept_steps: RwSignal::new(Vec::new()),
            history: RwSignal::new_local(History::default()),
            photo_of: RwSignal::new(None),
            captions: RwSignal::new((String::new(), String::new())),
            frames_drawn: RwSignal::new(0),
            tint: RwSignal::new(0),
            saving: RwSignal::new(None),
            cancelled: RwSignal::new(false),
            video_seconds: RwSignal::new(VIDEO_SECONDS),
            canvas: NodeRef::new(),
        }
    }
}

impl ResultStore {
    /// The frame on the canvas, if the result hangs on the wall.
    pub fn on_the_wall(self) -> Option<Shown> {
        self.on_wall.get().then(|| self.shown.get()).flatten()
    }
}

impl OfflineStore {
    /// Nothing is known yet.
    fn new() -> Self {
        Self {
            newer: RwSignal::new_local(None),
            kept: RwSignal::new(Vec::new()),
            removed: RwSignal::new(false),
        }
    }
}
