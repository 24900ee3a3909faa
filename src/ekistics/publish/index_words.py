"""Every text that the live page of an index shows by its script, translated, by name."""

from ekistics.core.i18n import _

__all__ = ["index_words"]


def index_words() -> dict[str, str]:
    """Give the texts of the live page in the language in use.

    Returns
    -------
    dict of str to str
        Name to text; ``{…}`` parts are filled by the script.
    """
    return {**_tools(), **_methods(), **_city(), **_ranking(), **_refusals()}


def _tools() -> dict[str, str]:
    return {
        "change_it": _("Change weights and methods"), "start": _("Start from"),
        "published": _("The index as published"), "standardise": _("How values become scores"),
        "join_top": _("How the parts of the total are joined"), "join_under": _("How the levels below are joined"),
        "as_started": _("As in the index: {method}"), "back": _("Back to the index as published"),
        "weights": _("Weights"),
        "weights_note": _("Shares in percent. When one changes, the others keep their proportions in what is left."),
        "weight_of": _("Weight of {part}"), "percent_of": _("Weight of {part} in percent"),
        "parts_of": _("Parts of {part}"), "was": _("published {value}"),
        "floor": _("A mean of this kind needs scores above zero: those below {value} count as {value}."),
        "ignored": _("The link asks for something that this index does not have, and it was left out: {parts}"),
        "link": _("Link to what is shown"), "copy": _("Copy link"), "copied": _("Copied."),
        "not_copied": _("The browser does not allow it. Select the text and copy it by hand."),
        "csv": _("Download all cities as CSV"),
        "check_same": _("This page computed the index anew, and got the published scores and ranks."),
        "check_other": _("What this page computes differs from the published scores. Trust the published table, and "
                         "report it."),
    }


def _methods() -> dict[str, str]:
    return {
        "method_goalposts": _("fixed benchmarks"), "method_min-max": _("worst city {lower}, best city {upper}"),
        "method_z-score": _("distance from the mean (mean {mean}, spread {spread})"),
        "method_percentile-rank": _("rank (share of cities that it is above)"),
        "method_borda": _("rank (count of cities that it is above)"),
        "method_distance-to-target": _("share of the way to a target"),
        "method_distance-to-maximum": _("share of the best city"),
        "method_arithmetic": _("plain mean"), "method_geometric": _("geometric mean"),
        "method_harmonic": _("harmonic mean"), "method_mpi": _("mean less a penalty for uneven parts"),
        "method_copeland": _("cities outranked, one by one"),
    }


def _city() -> dict[str, str]:
    return {
        "find": _("Find a city"), "found": _("{shown} of {count} shown"),
        "rank_of": _("Rank {rank} of {count}"), "aside": _(" ({said})"), "score_is": _("Score {score}"),
        "rank_between": _("Rank in nine of ten draws of the weights: {range}."),
        "in_work": _("being computed"), "what_moved": _("What moved it"), "why": _("Why it stands there"),
        "against_more": _("A typical city, with the median in every part, has {typical}; this one has {points} more."),
        "against_less": _("A typical city, with the median in every part, has {typical}; this one has {points} less."),
        "no_sum": _("This way of joining cannot be taken apart into points."),
        "lifts": _("Most is gained by {part} ({points})."), "holds": _("Most is lost by {part} ({points})."),
        "move": _("{step}: from rank {before} to {after}"), "move_same": _("{step}: rank {after} as before"),
        "move_none": _("{step}: no rank any more, or a first one"),
        "step_variant": _("Another start"), "step_standardise": _("Scores made another way"),
        "step_weights": _("Weights"), "step_aggregate": _("Joined another way"),
        "incomplete": _("No rank: {coverage} of the index, by weight, is known."),
        "missing": _("Not measured ({count}): {names}."), "no_score": _("no score"), "no_points": _("not in the sum"),
        "not_measured": _("not measured"), "own_value": _("{city}: value"), "own_score": _("{city}: score"),
        "head_part": _("Part"), "head_weight": _("Weight"), "head_typical": _("Typical city"),
        "head_points": _("Points of the difference"), "head_marks_points": _("Below or above"),
        "result": _("{city}: rank {rank} of {count}, {change}."), "result_none": _("{city} has no rank."),
    }


def _ranking() -> dict[str, str]:
    return {
        "ranking": _("Ranking"), "head_rank": _("Rank"), "head_city": _("City"),
        "head_marks": _("Score with interval"), "head_score": _("Score"), "head_rank_range": _("Rank interval"),
        "head_change": _("Against the published rank"), "first": _("First"), "previous": _("Previous"),
        "next": _("Next"), "last": _("Last"), "find_chosen": _("Where the chosen city stands"),
        "rows": _("{first} to {last} of {count}"), "up": _("up {count} from {rank}"),
        "down": _("down {count} from {rank}"), "same": _("as published"),
        "published_rank": _("published rank {rank}"), "no_published_rank": _("no published rank"),
        "finding": _("{city} is first of {count} with {score}; the city in the middle has {median}."),
        "nobody": _("No city has a score."), "tick": _("rank {rank}"),
        "chart_note": _("Score of each city, from rank 1 on. A line spans what nine of ten draws of the weights give: "
                        "200 draws, each weight times 0.75 to 1.25. It tells of the weights alone, not of errors in "
                        "the values."),
        "table_below": _("The table below has the same numbers."),
        "apart": _("Cities without a score: {count}. Too little of the index is known of them, and nothing is filled."),
        "none_apart": _("Every city has a score."),
    }


def _refusals() -> dict[str, str]:
    return {
        "refused": _("This cannot be computed: {why} What was shown before stays."),
        "refused_constant": _("{part} does not tell one city from another."),
        "refused_not_positive": _("{part} has scores of zero or less, which this mean does not take."),
        "refused_mean_not_positive": _("{part} has a mean of zero or less."),
        "refused_no_log": _("{part} has a value of zero or less, which has no logarithm."),
        "refused_no_root": _("{part} has a value below zero, which has no root."),
        "refused_points": _("{part} has more points than there are."),
        "refused_target": _("the target of {part} is no better than its worst value."),
        "refused_ratio": _("{part} has a value of which no share can be taken."),
        "refused_no_form": _("{part} has no benchmarks."),
        "refused_no_weight": _("all parts of {part} have the weight zero."),
        "refused_method": _("this page does not know {part}."),
    }
