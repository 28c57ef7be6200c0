"""What every test of the bed may ask for."""
import pytest

from bed import freshet
from bed.kube import Kube
from bed.run import Run
from bed.shop import Shop


@pytest.fixture(scope="session")
def run():
    return Run()


@pytest.fixture(scope="session")
def kube(run):
    return Kube(run.admin_kubeconfig)


@pytest.fixture
def controller(run):
    """The program, running and ready. It is shared: only a test marked `alone` may stop it."""
    freshet.start(run)
    return run


@pytest.fixture
def shops(run, kube, request):
    """A function that makes shops; all of them leave at the end."""
    made = []

    def make():
        shop = Shop(run, kube, request.node.originalname.removeprefix("test_"))
        made.append(shop)
        return shop
    yield make
    for shop in made:
        shop.leave()


@pytest.fixture
def shop(shops):
    return shops()
