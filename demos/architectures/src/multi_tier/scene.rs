//! The picture: browsers at the left, API servers in the middle, cache and databases at the right; or the servers
//! in two rows above a crowd.

use super::Tiers;
use crate::{
    live::{Dot, DotKind, Kind, LinkView, Mark, NodeView, Scene, State},
    parts::{Call, Stage, Station, WIDTH, column, ill_first, in_row, strip_height, word},
};
use sim::words::{are, counted};

/// How many dots are of use.
const DOTS: usize = 120;

/// How many links can be told apart.
const LINKS: usize = 48;

fn state(station: &Station) -> State {
    match (station.up, station.slow) {
        (false, _) => State::Down,
        (_, 1) => State::Up,
        _ => State::Slow,
    }
}

fn fill(busy: u32, workers: u32) -> u16 {
    (u64::from(busy) * 1_000 / u64::from(workers)).min(1_000) as u16
}

impl Tiers {
    pub(super) fn picture(&self) -> Scene {
        let behind = self.databases().len() + usize::from(self.shows_cache());
        let small = !self.users.is_merged() && self.users.count() <= 24 && self.apis().len() <= 5 && behind <= 5;
        if small { self.graph() } else { self.overview() }
    }

    fn shows_cache(&self) -> bool {
        use super::CACHE_HIT;
        self.knobs[CACHE_HIT] > 0
    }

    fn api_view(&self, place: usize, x: u16, y: u16) -> NodeView {
        let api = &self.apis[place];
        let (station, workers, limit) = (&api.station, self.knobs[super::API_WORKERS], self.knobs[super::QUEUE]);
        let waiting = station.waiting.len();
        let full = waiting > 0 && waiting as u32 >= limit;
        let pooled = api.pool.len();
        NodeView {
            node: self.api_node(place),
            kind: Kind::Server,
            x,
            y,
            state: state(station),
            fill: fill(station.busy, workers),
            mark: match (full, waiting + pooled) {
                (true, _) => Mark::Fail,
                (_, 1..) => Mark::Wait,
                _ => Mark::None,
            },
            word: match pooled {
                1..=999 if waiting == 0 => format!("pool: {pooled} wait"),
                _ => word(station.up, station.busy, workers, waiting, limit),
            },
        }
    }

    fn db_view(&self, place: usize, x: u16, y: u16) -> NodeView {
        let (station, workers) = (&self.databases[place].station, self.knobs[super::DB_WORKERS]);
        let waiting = station.waiting.len();
        NodeView {
            node: self.db_node(place),
            kind: Kind::Database,
            x,
            y,
            state: state(station),
            fill: fill(station.busy, workers),
            mark: if waiting > 0 { Mark::Wait } else { Mark::None },
            word: word(station.up, station.busy, workers, waiting, u32::MAX),
        }
    }

    fn cache_view(&self, x: u16, y: u16) -> NodeView {
        let share = self.hit_share();
        NodeView {
            node: self.cache_node(),
            kind: Kind::Cache,
            x,
            y,
            state: if self.cache_up { State::Up } else { State::Down },
            fill: (share * 10) as u16,
            mark: Mark::None,
            word: if self.cache_up { format!("{share} % hits") } else { "down".to_owned() },
        }
    }

    fn graph(&self) -> Scene {
        let (users, apis, databases) = (self.users.count() as usize, self.apis().len(), self.databases().len());
        let caches = usize::from(self.shows_cache());
        let behind = databases + caches;
        let height = self.users.height().max(62 * apis.max(behind) as u16).max(160);
        let y = |count: usize, place: usize| column(height, count as u16, place as u16);
        let mut nodes = self.users.circles(0, Kind::Client, height);
        nodes.extend((0..apis).map(|place| self.api_view(place, 216, y(apis, place))));
        if caches == 1 {
            nodes.push(self.cache_view(370, y(behind, 0)));
        }
        nodes.extend((0..databases).map(|place| self.db_view(place, 370, y(behind, caches + place))));
        let link = |a: usize, b: usize| {
            let (cut, later) = self.link(nodes[a].node, nodes[b].node);
            LinkView { a: a as u16, b: b as u16, cut, slow: later > 0 }
        };
        let mut links = vec![];
        for api in users..users + apis {
            links.extend((users + apis..nodes.len()).map(|other| link(api, other)));
            // Too many lines say nothing; those that are not as they should be are drawn all the same.
            let all = users * apis <= LINKS;
            let near = (0..users).map(|user| link(user, api));
            links.extend(near.filter(|link| all || link.cut || link.slow));
        }
        let first = Places { apis, api: users, cache: users + apis, database: users + apis + caches, databases };
        let dots = self.calls.under_way().filter_map(|call| self.dot(call, &first)).take(DOTS).collect();
        Scene { width: WIDTH, height, nodes, links, dots, crowd: None, summary: self.summary() }
    }

    /// The message of a call that is on its way.
    fn dot(&self, call: &Call, places: &Places) -> Option<Dot> {
        let [api, database] = call.at.map(usize::from);
        if api >= places.apis {
            return None;
        }
        let (user, at) = (call.user as usize, places.api + api);
        let way = call.way(self.agenda.now());
        let (cut, _) = self.link(call.user, self.api_node(api));
        let lost = !self.apis[api].station.up;
        let answer = if call.refused { DotKind::Refusal } else { DotKind::Reply };
        let (from, to, way, kind, doomed) = match call.stage {
            Stage::Way => (user, at, way, DotKind::Request, cut || lost),
            Stage::Looking if self.shows_cache() && way < 500 => (at, places.cache, way * 2, DotKind::Request, false),
            Stage::Looking if self.shows_cache() => (places.cache, at, way * 2 - 1_000, DotKind::Reply, lost),
            Stage::Hop | Stage::Return if database < places.databases => {
                let (cut, _) = self.link(self.api_node(api), self.db_node(database));
                let there = places.database + database;
                match call.stage {
                    Stage::Hop => (at, there, way, DotKind::Request, cut),
                    _ => (there, at, way, answer, lost),
                }
            }
            Stage::Back => (at, user, way, answer, cut),
            _ => return None,
        };
        Some(Dot { from: from as u16, to: to as u16, way, kind, doomed })
    }

    fn overview(&self) -> Scene {
        let apis = ill_first(self.apis().len(), 4, &|place| state(&self.apis[place].station) != State::Up);
        let caches = usize::from(self.shows_cache());
        let ill = |place: usize| state(&self.databases[place].station) != State::Up;
        let databases = ill_first(self.databases().len(), 4 - caches, &ill);
        let x = |count: usize, place: usize| in_row(count as u16, place as u16);
        let mut nodes: Vec<NodeView> =
            (apis.iter().enumerate()).map(|(column, place)| self.api_view(*place, x(apis.len(), column), 45)).collect();
        let behind = databases.len() + caches;
        if caches == 1 {
            nodes.push(self.cache_view(x(behind, 0), 107));
        }
        let below = databases.iter().enumerate();
        nodes.extend(below.map(|(column, place)| self.db_view(*place, x(behind, caches + column), 107)));
        Scene {
            width: WIDTH,
            height: strip_height(8),
            nodes,
            crowd: Some(self.users.crowd()),
            summary: self.summary(),
            ..Scene::default()
        }
    }

    fn summary(&self) -> String {
        let mut text = self.users.merged_note();
        if !text.is_empty() {
            text.push(' ');
        }
        let (apis, databases) = (self.apis(), self.databases());
        let up = |count: usize, all: usize| if count == all { String::new() } else { format!(" ({count} up)") };
        let apis_up = apis.iter().filter(|api| api.station.up).count();
        let databases_up = databases.iter().filter(|database| database.station.up).count();
        text += &counted(self.users.here().into(), "browser");
        text += &format!(", {}{}", counted(apis.len() as u64, "API server"), up(apis_up, apis.len()));
        if self.shows_cache() {
            text += if self.cache_up { ", a cache" } else { ", a cache that is down" };
        }
        text += &format!(", {}{}.", counted(databases.len() as u64, "database"), up(databases_up, databases.len()));
        let busy: u32 = apis.iter().map(|api| api.station.busy).sum();
        let queued: usize = apis.iter().map(|api| api.station.waiting.len()).sum();
        let pooled: usize = apis.iter().map(|api| api.pool.len()).sum();
        let queries: u32 = databases.iter().map(|database| database.station.busy).sum();
        let waiting: usize = databases.iter().map(|database| database.station.waiting.len()).sum();
        text += &format!(
            " {} {} with an API server, {queued} more wait for a worker there; {pooled} of them wait for a \
             connection, {queries} are worked on in a database, {waiting} wait there.",
            counted(busy.into(), "request"),
            are(busy.into()),
        );
        text
    }
}

/// Where the first of each kind stands in the scene's list, and how many there are.
struct Places {
    apis: usize,
    api: usize,
    cache: usize,
    database: usize,
    databases: usize,
}
