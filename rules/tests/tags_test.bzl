"""An analysis test of a target's tags."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

def _tags_test_impl(ctx):
    env = analysistest.begin(ctx)
    tags = analysistest.target_under_test(env)[_TagsInfo].tags

    # rules_python marks with a tag of its own what its macro made.
    asserts.equals(env, ctx.attr.tags_of_target, sorted([tag for tag in tags if not tag.startswith("__")]))
    return analysistest.end(env)

_TagsInfo = provider(doc = "The tags of a rule.", fields = {"tags": "list of strings"})

def _tags_aspect_impl(_target, ctx):
    return [_TagsInfo(tags = ctx.rule.attr.tags)]

_tags_aspect = aspect(implementation = _tags_aspect_impl)

tags_test = analysistest.make(
    _tags_test_impl,
    attrs = {"tags_of_target": attr.string_list()},
    extra_target_under_test_aspects = [_tags_aspect],
)
