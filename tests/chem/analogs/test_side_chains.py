"""Side chains of scaffolds."""

from chem.analogs.side_chains import side_chains


def test_side_chains_do_not_tell_where_they_were() -> None:
    one, other = "Clc1ccc(OC)c(OC)c1", "COc1cnc(Cl)nc1OC"
    assert side_chains(one) == side_chains(other) == ("*Cl", "*OC", "*OC")


def test_double_bonded_atoms_belong_to_the_scaffold() -> None:
    assert side_chains("O=C1CCCCC1C") == ("*C",)
    assert side_chains("CC(=O)c1ccccc1") == ("*C(C)=O",)
