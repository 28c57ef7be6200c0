"""What every test of the bed may ask for."""
import pytest

from bed import freshet
from bed.kube import Kube
from bed.run import Run
from bed.shop import Shop
from bed.witness import Witness


@pytest.fixture(scope="session")
def run():
    return Run()


@pytest.fixture(scope="session")
def kube(run):
    return Kube(run.admin_kubeconfig)


@pytest.fixture(scope="session")
def witness(run, kube):
    """Sees what happens in every story, and fails one in which an invariant does not hold."""
    return Witness(run, kube)


@pytest.fixture
def controller(run):
    """The program, running and ready. It is shared: only a test marked `alone` may stop it."""
    freshet.start(run)
    return run


@pytest.fixture
def shops(run, kube, witness, request):
    """A function that makes shops; all of them leave at the end."""
    made = []

    def make():
        shop = Shop(run, kube, witness, request.node.originalname.removeprefix("test_"))
        made.append(shop)
        return shop
    yield make
    try:
        for shop in made:
            witness.look(shop.namespace, at_the_end=True)
    finally:
        for shop in made:
            shop.leave()
            witness.forget(shop.namespace)


@pytest.fixture
def shop(shops):
    return shops()
