import itertools

from kerascodegen.graph.flat_names import flat_names


def test_a_name_that_is_alone_is_kept():
    assert flat_names([("x",), ("m", "a"), ("m", "n", "b")]) == {
        ("x",): "x",
        ("m", "a"): "a",
        ("m", "n", "b"): "b",
    }


def test_equal_names_get_the_model_before_them():
    names = flat_names([("a",), ("m", "a"), ("n", "a"), ("o", "m", "a")])
    # The outermost model has no name to put before `m_a`, where `o` has.
    assert names == {
        ("a",): "a",
        ("m", "a"): "m_a",
        ("n", "a"): "n_a",
        ("o", "m", "a"): "o_m_a",
    }


def test_names_do_not_depend_on_the_order():
    paths = [("a",), ("m", "a"), ("o", "m", "a"), ("m_a",), ("a_b", "c"), ("a", "b_c")]
    results = [flat_names(order) for order in itertools.permutations(paths)]
    assert all(result == results[0] for result in results)
    assert len(set(results[0].values())) == len(paths)
    assert (results[0]["a",], results[0]["m_a",]) == ("a", "m_a")


def test_whole_paths_that_read_the_same_are_numbered():
    names = flat_names([("a_b", "c"), ("a", "b_c"), ("c",), ("b_c",)])
    assert sorted(names.values()) == ["a_b_c", "a_b_c_2", "b_c", "c"]


def test_taken_names_are_left_alone():
    assert flat_names([("add",), ("m", "x")], {"add", "x"}) == {
        ("add",): "add_2",
        ("m", "x"): "m_x",
    }
