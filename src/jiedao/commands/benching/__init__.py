"""Parts of the benches of issue-sized things: throw-away installations, their contents, loads and what is measured."""
